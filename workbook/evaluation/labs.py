"""Scores a table of summaries with ROUGE, as the well-known course lab on dialogues does.

    python -m workbook.evaluation.labs TABLE.csv

The table has one column of references and one for each system. For each system you read the mean
F1, which is always the same, and the median of resampled means that the lab printed, which depends
on the seed. Left out: making the summaries (lesson 08). Lesson 09 names it.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from workbook.evaluation.rouge_metric import rouge, rouge_bootstrap

REFERENCES = "human_baseline_summaries"
KINDS = ("rouge1", "rouge2", "rougeL")


def read(file: Path, references: str = REFERENCES) -> tuple[list[str], dict[str, list[str]]]:
    """(references, {system: its texts}); systems are the columns called ..._summaries.

    Raises ValueError, in one sentence, for a file that is not there or lacks such columns.
    """
    if not file.is_file():
        raise ValueError(f"there is no table at {file}; give a CSV file.")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = [name for name in (rows[0] if rows else ()) if str(name).endswith("_summaries")]
    systems = [name for name in columns if name != references]
    if references not in columns or not systems:
        raise ValueError(
            f"{file} needs a column {references} and one or more others that end in _summaries."
        )
    return [row[references] for row in rows], {
        name: [row[name] for row in rows] for name in systems
    }


def lines(file: Path, seed: int = 42) -> list[str]:
    """A heading, then for each system its mean and the lab's median of each kind of ROUGE."""
    references, systems = read(file)
    head = "  ".join(f"{kind:>6} mean  median" for kind in KINDS)
    found = [f"{len(references):,} summaries, stemmed, seed {seed}  {head}"]
    width = len(found[0]) - len(head)
    for name, said in systems.items():
        means = rouge(said, references, use_stemmer=True)
        medians = rouge_bootstrap(said, references, use_stemmer=True, seed=seed)
        pairs = "  ".join(f"{means[kind]:11.4f}  {medians[kind].mean:.4f}" for kind in KINDS)
        found.append(f"{name:{width}}{pairs}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workbook.evaluation.labs")
    parser.add_argument("table", type=Path, help="CSV file with columns ending in _summaries")
    parser.add_argument("--seed", type=int, default=42, help="of the resampling")
    asked = parser.parse_args()
    try:
        print("\n".join(lines(asked.table, asked.seed)))
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
