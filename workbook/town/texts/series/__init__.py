"""Worked examples of a rule that only the examples give."""
