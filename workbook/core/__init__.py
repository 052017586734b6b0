"""The course's engine room: what every lesson needs and no lesson is about.

Machine and profile, seeds, bundled files, models by role, records of runs, figures, widgets,
exercises and the lesson runner. Import the modules by name; this file brings nothing in.
"""
