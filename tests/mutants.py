"""Faults put in on purpose, one line each, and the test that must fail for each of them.

    python tests/mutants.py            # all of them; a line each, and exit status 1 if one survives
    python tests/mutants.py 2 5        # only these

Each mutant is tried in a temporary copy of the package and the tests (data and notebooks are
linked), never in the checkout itself, so it may run beside other work. A mutant takes ten seconds
or more, so this is not part of `make test`.
When a test is moved or a line is reworded, change the entry here: an entry whose line or test is
not there any more is an error, not a success.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("workbook", "tests", "pyproject.toml", "Makefile", "README.md", "LICENSE")
LINKED = ("data", "notebooks", "binder")


class Mutant(NamedTuple):
    """One change of one file, and the test that sees it."""

    file: str
    old: str  # stands in the file exactly once
    new: str
    test: str  # a node id of pytest, or a file


MUTANTS = (
    Mutant(
        "workbook/town/texts/dialect.py",
        'if _held(a, noun) in ("train", split))',
        'if _held(a, noun) in ("train", "validation", split))',
        "tests/town/texts/test_dialect.py::test_validation_and_test_keep_pairs_of_their_own",
    ),
    Mutant(
        "workbook/town/texts/dialect.py",
        "self.pick(_ADJECTIVES[self.writer.split, noun])",
        'self.pick(_ADJECTIVES["validation", noun])',
        "tests/town/texts/test_dialect.py::test_validation_and_test_keep_pairs_of_their_own",
    ),
    Mutant(
        "workbook/pretraining/cleaning.py",
        "or seen[_shape(line)] <= limit",
        "or seen[_shape(line)] < limit",
        "tests/pretraining/test_cleaning.py::test_a_line_is_boilerplate_only_above_the_share_of_pages",
    ),
    Mutant(
        "workbook/pretraining/cleaning.py",
        "letters >= rules.letters",
        "letters > rules.letters",
        "tests/pretraining/test_cleaning.py::test_a_page_at_a_threshold_stays",
    ),
    Mutant(
        "workbook/pretraining/cleaning.py",
        "signature.jaccard(signatures[one]) < rules.similarity",
        "signature.jaccard(signatures[one]) <= rules.similarity",
        "tests/pretraining/test_cleaning.py::test_pages_as_similar_as_the_limit_are_one",
    ),
    Mutant(
        "workbook/training/schedules.py",
        "math.ceil(steps * decay_fraction)",
        "math.floor(steps * decay_fraction)",
        "tests/training/test_schedules.py::test_a_fractional_share_falls_in_one_step_more",
    ),
    Mutant(
        "workbook/training/state.py",
        "key: _laid_out_like(parameter, value)",
        "key: _spread(value, parameter)",
        "tests/training/test_state.py::test_a_moment_has_its_parameters_strides",
    ),
    Mutant(
        "workbook/core/runs/records.py",
        'with portalocker.Lock(path, "ab+", flags=portalocker.LOCK_EX) as file:',
        'with path.open("ab+") as file:',
        "tests/core/runs/test_records.py::test_the_file_is_locked_from_the_first_look_to_the_last_byte",
    ),
    Mutant(
        "workbook/evaluation/suite.py",
        'np.array([score == 1 for score in result.scores["plain"]])',
        'np.array([score >= 0.5 for score in result.scores["plain"]])',
        "tests/evaluation/test_suite.py::test_half_right_is_not_right_in_calibration",
    ),
    Mutant(
        "workbook/attention/bpe.py",
        "for text in self.skipped} if skip_special",
        "for text in self.special} if skip_special",
        "tests/attention/test_bpe_reader.py::test_added_tokens_are_found_and_left_out_as_the_library_does",
    ),
    Mutant(
        "workbook/attention/bpe_reader.py",
        "if normal_forms(spec) and any(",
        'if spec.get("normalizer") and any(',
        "tests/attention/test_bpe_reader.py::test_an_empty_sequence_of_normalizers_changes_nothing",
    ),
    Mutant(
        "workbook/attention/bpe.py",
        'if name != "_piece"}',
        'if name != "_pieces"}',
        "tests/attention/test_bpe.py::test_an_encoder_can_be_pickled_and_copied",
    ),
    Mutant(
        "workbook/attention/transformer.py",
        '        ids: Int[Tensor, "B T"],\n        *,\n        decoder_ids:',
        '        ids: Int[Tensor, "B T"],\n        decoder_ids:',
        "tests/attention/test_transformer_calls.py::test_nothing_but_ids_is_taken_by_its_place",
    ),
    Mutant(
        "workbook/sampling/settings.py",
        "        if self.temperature == 0:  # only the likeliest are left\n",
        "        if False:\n",
        "tests/sampling/test_settings.py::test_at_temperature_0_no_filter_cuts_one_of_two_best",
    ),
    Mutant(
        "workbook/core/hub/verified.py",
        "    write_atomically(path, json.dumps(",
        "    path.write_text(json.dumps(",
        "tests/core/hub/test_verified.py::test_what_is_noted_is_written_whole_or_not_at_all",
    ),
    Mutant(
        "workbook/core/hub/verified.py",
        '    with portalocker.Lock(home() / "pins.lock", "a", flags=portalocker.LOCK_EX):',
        "    if portalocker:",
        "tests/core/hub/test_verified.py::test_a_pin_waits_for_another_process_and_keeps_its_pins",
    ),
)


def main(arguments: list[str]) -> int:
    """Try the mutants of these numbers (from 1; all if there are none); 1 if one survives."""
    numbers = [int(argument) for argument in arguments] or range(1, len(MUTANTS) + 1)
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy_tree(copy)
        for number in numbers:
            mutant = MUTANTS[number - 1]
            killed = _is_killed(mutant, copy)
            survived += not killed
            print(f"{number:>2} {'killed  ' if killed else 'SURVIVED'} {mutant.file}", flush=True)
    return int(bool(survived))


def _copy_tree(copy: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    for name in LINKED:
        (copy / name).symlink_to(ROOT / name)


def _is_killed(mutant: Mutant, copy: Path) -> bool:
    """Whether the test passes without the change and fails with it."""
    path = copy / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(f"{mutant.file} has {text.count(mutant.old)} times {mutant.old!r}.")
    if _run(mutant.test, copy) != 0:
        raise SystemExit(f"{mutant.test} does not pass as it is, or is not there.")
    try:
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        return _run(mutant.test, copy) == 1  # 1: tests were run and one failed
    finally:
        path.write_text(text, encoding="utf-8")


def _run(test: str, copy: Path) -> int:
    """The exit status of pytest on the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    settings = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=settings, capture_output=True).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
