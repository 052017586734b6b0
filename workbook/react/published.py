"""Published results of PAL and ReAct, as printed, with the places where two sources disagree.

Gao et al. (2023), "PAL: Program-aided Language Models", table 1 (Codex, share solved, percent).
Yao et al. (2023), "ReAct: Synergizing Reasoning and Acting in Language Models", tables 1 and 2
(PaLM-540B), and the README of the paper's repository (ysymyth/ReAct). Wei et al. (2022) and Wang
et al. (2023) on GSM8K. Left out: their fine-tuned models. Lesson 16 quotes these.
"""

from __future__ import annotations

from typing import NamedTuple


class PalRow(NamedTuple):
    """A data set: percent solved by a chain of thought, and by a program."""

    chain_of_thought: float
    program: float


class ReactRow(NamedTuple):
    """A way to prompt PaLM-540B: HotpotQA exact match and FEVER accuracy, percent."""

    hotpotqa: float
    fever: float


PAL = {
    "GSM8K": PalRow(65.6, 72.0),
    "GSM-hard": PalRow(23.1, 61.2),
    "SVAMP": PalRow(74.8, 79.4),
    "ASDIV": PalRow(76.9, 79.6),
    "SINGLEEQ": PalRow(89.1, 96.1),
    "SINGLEOP": PalRow(91.9, 94.6),
    "ADDSUB": PalRow(86.0, 92.5),
    "MULTIARITH": PalRow(95.9, 99.2),
}
PAL_TEXT_GSM_HARD = PalRow(20.1, 61.5)  # section 5.1 prints other numbers than table 1
GSM8K = {  # percent solved
    "PaLM 540B, answer at once (Wei et al.)": 17.9,
    "PaLM 540B, chain of thought (Wei et al.)": 56.9,
    "PaLM 540B, chain of thought (Wang et al.)": 56.5,
    "PaLM 540B, vote of 40 chains (Wang et al.)": 74.4,
    "Codex, program (Gao et al.)": PAL["GSM8K"].program,
    "Codex, vote of 40 programs (Gao et al.)": 80.4,
    "Codex, program that the model itself executes (Gao et al.)": 23.2,
}

REACT = {
    "standard": ReactRow(28.7, 57.1),
    "chain of thought": ReactRow(29.4, 56.3),
    "CoT, self-consistency": ReactRow(33.4, 60.4),
    "act only": ReactRow(25.7, 58.9),
    "ReAct": ReactRow(27.4, 60.9),
    "CoT-SC, then ReAct": ReactRow(34.2, 64.6),
    "ReAct, then CoT-SC": ReactRow(35.1, 62.0),
}
REACT_README = ReactRow(29.4, 62.2)  # the repository's table calls these "PaLM (paper)", for ReAct
SUPERVISED_BEST = ReactRow(67.5, 89.5)  # as table 1 lists it
STEPS = {"HotpotQA": 7, "FEVER": 5}  # in the paper; the repository's notebooks use 7 for both
HALLUCINATION = {"chain of thought": 56.0, "ReAct": 0.0}  # table 2: percent of failures
FALSE_POSITIVES = {"chain of thought": 14.0, "ReAct": 6.0}  # table 2: percent of successes
