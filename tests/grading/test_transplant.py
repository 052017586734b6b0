"""Answers are found wherever students move them, and all else that they changed is listed."""

from __future__ import annotations

import nbformat
import pytest
from released import RIGHT, handed_in, lesson

from workbook.grading import manifest, release
from workbook.grading.notebook_input import parse
from workbook.grading.transplant import transplant


@pytest.fixture(scope="module")
def released(root):
    return parse(nbformat.writes(lesson(root)).encode())


@pytest.fixture(scope="module")
def entry(root):
    where = release._entry(
        release.lesson_of(root / "notebooks" / "03_sampling.ipynb"), lesson(root)
    )
    return manifest.LessonEntry.model_validate(where.model_dump())


def read(notebook):
    return parse(nbformat.writes(notebook).encode())


def test_an_unchanged_lesson_has_open_answers_and_no_change(released, entry):
    result = transplant(released, released, entry)
    assert not result.changes and not result.missing
    assert "raise NotImplementedError" in result.answers["sampling.no_repeat"].source


def test_only_what_the_answers_need_is_run(root, released, entry):
    result = transplant(released, read(handed_in(root)), entry)
    assert result.changes == []
    assert {answer.context for answer in result.answers.values()} == {(), ("import torch",)}
    measured = RIGHT | {"s023": 'answer("sampling.predict_kept", tuple(greedy.shape))'}
    answer = transplant(released, read(handed_in(root, measured)), entry).answers[
        "sampling.predict_kept"
    ]
    text = "\n".join(answer.context)
    assert "model, tokenizer = open_model('base')" in text and "plotly" not in text
    assert text.index("= setup(") < text.index("= open_model") < text.index("greedy = ids")


def test_split_copied_moved_retyped_and_deleted_cells_are_found_and_listed(root, released, entry):
    notebook = handed_in(root)
    by_id = {cell.id: cell for cell in notebook.cells}
    by_id["s029"].source = by_id["s029"].source.replace("logits.double().softmax", "soft")
    helper = nbformat.v4.new_code_cell("power = 1\ndef soft(dim):\n    return power", id="helper")
    copied = nbformat.v4.new_code_cell(by_id["s040"].source + "  # mine", id="copied")
    retyped = nbformat.v4.new_markdown_cell(by_id["s082"].source, id="s082")
    order = [c for c in notebook.cells if c.id not in ("s023", "s082", "s020")]
    place = [c.id for c in order].index("s029")
    by_id["s023"].id = "other"
    order[place:place] = [helper, by_id["s023"]]
    order += [retyped, copied]
    notebook.cells = order
    result = transplant(released, read(notebook), entry)
    said = "\n".join(result.changes)
    assert result.missing == {} and len(result.answers) == len(RIGHT)
    assert "# mine" in result.answers["sampling.no_repeat"].source
    assert "answered in 2 cells; the last one counts" in said
    helpers = result.answers["sampling.epsilon_filter"].helpers
    assert helpers == ("power = 1", "def soft(dim):\n    return power")
    assert "2 statements of other cells are taken with it" in said
    assert "sampling.token_ranks: the cell is of type markdown" in said
    assert "sampling.predict_kept: the answer is in another cell" in said
    assert "cell s020 was deleted" in said and "cells are in another order" in said


def test_cells_without_ids_are_known_again(root, released, entry):
    """Editors of nbformat 4.0 to 4.4 keep no ids: nothing of it is a change by the student."""
    notebook = handed_in(root)
    notebook.cells[0].source = "# My title"
    for cell in notebook.cells:
        del cell["id"]
    notebook.nbformat_minor = 4
    result = transplant(released, read(notebook), entry)
    assert result.missing == {}
    assert result.changes == ["cell s000 was changed: '# My title'"]


def test_the_list_of_changes_has_an_end(root, released, entry):
    notebook = handed_in(root)
    notebook.cells += [nbformat.v4.new_code_cell(f"x = {n}", id=f"new{n}") for n in range(100)]
    changes = transplant(released, read(notebook), entry).changes
    assert len(changes) == 41 and changes[-1] == "and 60 changes more."


@pytest.mark.parametrize("magic", ["%%time", "%%capture --no-stderr", "\n%%time\n%%capture out"])
def test_a_magic_on_top_of_an_answer_hides_nothing(root, released, entry, magic):
    notebook = handed_in(root)
    cell = next(cell for cell in notebook.cells if cell.id == "s029")
    cell.source = f"{magic}\n{cell.source}"
    result = transplant(released, read(notebook), entry)
    answer = result.answers["sampling.epsilon_filter"]
    assert answer.source == RIGHT["s029"] and answer.context == ("import torch",)
    assert result.changes == ["sampling.epsilon_filter: a magic on top of the cell is left out."]


def test_a_decorator_and_its_function_in_two_cells_are_one_answer(root, released, entry):
    notebook = handed_in(root)
    place, cell = next((n, c) for n, c in enumerate(notebook.cells) if c.id == "s040")
    first, _, rest = cell.source.partition("\n")
    cell.source = first
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(rest, id="second"))
    result = transplant(released, read(notebook), entry)
    assert result.answers["sampling.no_repeat"].source == RIGHT["s040"]
    assert "sampling.no_repeat: the cell was split; both parts are taken." in result.changes


def test_a_deleted_answer_is_missing(root, released, entry):
    notebook = handed_in(root)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "s040"]
    result = transplant(released, read(notebook), entry)
    assert set(result.missing) == {"sampling.no_repeat"}
    assert "cell missing" in result.missing["sampling.no_repeat"]


def test_an_open_copy_behind_the_answer_does_not_hide_it(root, released, entry):
    notebook = handed_in(root)
    stub = next(c for c in lesson(root).cells if c.id == "s040")
    notebook.cells.append(nbformat.v4.new_code_cell(stub.source, id="again"))
    answer = transplant(released, read(notebook), entry).answers["sampling.no_repeat"]
    assert answer.source == RIGHT["s040"]


def test_an_answer_is_found_by_its_function_and_by_invisible_ids(root, released, entry):
    notebook = handed_in(root)
    by_id = {cell.id: cell for cell in notebook.cells}
    by_id["s040"].source = by_id["s040"].source.partition("\n")[2]
    by_id["s040"].id = "lost"
    by_id["s082"].source = by_id["s082"].source.replace("token_ranks", "token\u200b_ranks", 1)
    result = transplant(released, read(notebook), entry)
    assert result.missing == {}
    said = "\n".join(result.changes)
    assert "sampling.no_repeat: its id is not in the cell any more" in said
    assert "sampling.token_ranks: the cell has invisible characters" in said


def test_new_tags_do_not_count_and_are_listed(root, released, entry):
    notebook = handed_in(root)
    notebook.cells[1].metadata["tags"] = ["nbval-skip"]
    said = transplant(released, read(notebook), entry).changes
    assert said == ["cell s001 has new tags, which do not count: nbval-skip"]
