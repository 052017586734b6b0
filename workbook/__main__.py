"""`python -m workbook`: the same command as `workbook`, for shells that do not find scripts.

The command itself is in `workbook.cli`.
"""

from workbook.cli import main

if __name__ == "__main__":
    main()
