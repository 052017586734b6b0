"""Scaling laws: what a budget of compute buys (lesson 06).

The names below are this part's contract, loaded when they are first used. They need neither torch
nor scipy.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.scaling_laws.chinchilla import ChinchillaFit, Law, fit_chinchilla

__all__ = ["ChinchillaFit", "Law", "fit_chinchilla"]

load_when_used(__name__)
