"""Scaling laws: what a budget of compute buys (lesson 06).

The names below are this part's contract; importing them loads neither torch nor scipy.
"""

from workbook.scaling_laws.chinchilla import ChinchillaFit, Law, fit_chinchilla

__all__ = ["ChinchillaFit", "Law", "fit_chinchilla"]
