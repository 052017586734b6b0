"""Scores a table of summaries with ROUGE, as the well-known course lab on dialogues does.

    workbook score TABLE.csv

The table has one column of references and one for each system. For each system you read the mean
F1, which is always the same, and the median of resampled means that the lab printed, which depends
on the seed. Left out: making the summaries (lesson 08). Lesson 09 names it.
"""

from __future__ import annotations

from pathlib import Path

from workbook.core.system.text_files import read_csv, text_problem
from workbook.evaluation.rouge_metric import rouge, rouge_bootstrap

REFERENCES = "human_baseline_summaries"
KINDS = ("rouge1", "rouge2", "rougeL")


def read_table(file: Path, references: str = REFERENCES) -> tuple[list[str], dict[str, list[str]]]:
    """Return references and {system: its texts}; systems are the columns called ..._summaries.

    A system may have said nothing, a reference may not. Raises ValueError, in one sentence, for a
    file that is not there or lacks such columns, and for a line with a cell missing or too many.
    """
    if not file.is_file():
        raise ValueError(f"there is no table at {file}; give a CSV file.")
    columns, rows = read_csv(file)
    systems = [name for name in columns if name.endswith("_summaries") and name != references]
    if references not in columns or not systems or not rows:
        raise ValueError(
            f"{file} needs a column {references} and one or more others that end in _summaries, "
            "and a row below them."
        )
    for line, row in rows:
        if clause := text_problem(references, row[references]):
            raise ValueError(f"{file}, line {line}: {clause}.")
    texts = {name: [row[name] for _, row in rows] for name in (references, *systems)}
    return texts.pop(references), texts


def score_lines(file: Path, seed: int = 42) -> list[str]:
    """Return a heading, then each system's mean and the lab's median of each kind of ROUGE."""
    references, systems = read_table(file)
    head = "  ".join(f"{kind:>6} mean  median" for kind in KINDS)
    found = [f"{len(references):,} summaries, stemmed, seed {seed}  {head}"]
    width = len(found[0]) - len(head)
    for name, said in systems.items():
        means = rouge(said, references, use_stemmer=True)
        medians = rouge_bootstrap(said, references, use_stemmer=True, seed=seed)
        pairs = "  ".join(f"{means[kind]:11.4f}  {medians[kind].mean:.4f}" for kind in KINDS)
        found.append(f"{name:{width}}{pairs}")
    return found
