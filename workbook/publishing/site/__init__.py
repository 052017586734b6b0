"""The static edition of the course: plain pages for a browser, without a kernel or a network.

`build.py` makes a folder of HTML from the committed notebooks; it executes none of them.
A page works without JavaScript (text, formulas, pictures, tables, links); a script adds live
figures, search and a light or dark look. Left out: running code, for which there is JupyterLab.
"""
