"""Grading a class: release lessons, read what students hand in, mark it, report.

An instructor runs `workbook release` and later `workbook grade`. The answer of a student runs in a
sandbox and is asked for values; what is right is computed outside of it, on this side, and never
sent in. Left out: an exchange server, and accounts.
"""
