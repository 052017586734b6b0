"""The log of a run: in step with its checkpoints, each step once, nothing half written."""

import json

import pytest
import torch

from workbook.core.runs import records
from workbook.training.run_log import Journal


def steps(path):
    return [record["step"] for record in records.read(path)]


def test_lines_come_twenty_at_a_time_and_the_rest_when_asked(tmp_path):
    path = tmp_path / "log.jsonl"
    journal = Journal(path)
    assert journal.go_on_from(0) == [] and path.read_text(encoding="utf-8") == ""
    for step in range(1, 20):
        journal.add({"step": step})
    assert path.read_text(encoding="utf-8") == ""
    journal.add({"step": 20})
    assert steps(path) == list(range(1, 21))
    journal.add({"step": 21})
    assert len(steps(path)) == 20 and len(journal.records) == 21
    journal.flush(to_disk=True)
    journal.flush()  # nothing is written twice
    assert steps(path) == list(range(1, 22))


def test_a_run_that_goes_on_drops_what_came_after_its_checkpoint(tmp_path):
    path = tmp_path / "log.jsonl"
    journal = Journal(path)
    for step in range(1, 7):
        journal.add({"step": step, "loss": step / 2})
    journal.flush()
    again = Journal(path)
    kept = again.go_on_from(4)
    assert kept == [{"step": step, "loss": step / 2} for step in range(1, 5)]
    assert again.records is kept and steps(path) == [1, 2, 3, 4]
    again.add({"step": 5})
    again.flush()
    assert steps(path) == [1, 2, 3, 4, 5]
    assert Journal(path).go_on_from(0) == [] and steps(path) == [], "a run from its beginning"


def test_a_line_that_a_kill_cut_off_is_dropped(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"ste', encoding="utf-8")
    journal = Journal(path)
    with pytest.warns(UserWarning, match="line 3 is cut off"):
        journal.go_on_from(2)
    journal.add({"step": 3})
    journal.flush()
    assert path.read_text(encoding="utf-8") == '{"step": 1}\n{"step": 2}\n{"step": 3}\n'


def test_numbers_of_torch_become_plain_ones(tmp_path):
    journal = Journal(tmp_path / "log.jsonl")
    journal.add({"step": 1, "loss": torch.tensor(0.5), "parts": torch.ones(2), "none": None})
    journal.flush()
    (line,) = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"step": 1, "loss": 0.5, "parts": [1.0, 1.0], "none": None}


def test_a_process_without_a_file_keeps_its_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    journal = Journal(None)
    for step in range(1, 30):
        journal.add({"step": step})
    journal.flush(to_disk=True)
    assert len(journal.records) == 29 and journal.unwritten == []
    assert journal.go_on_from(7) == [] and list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "log.jsonl").mkdir()
    journal = Journal(tmp_path / "log.jsonl")
    journal.add({"step": 1})
    with pytest.raises(ValueError, match=r"log.jsonl cannot be written \(Is a directory\)"):
        journal.flush()
