"""The reference pages: the public functions are there, and nothing leads nowhere."""

import sys
import warnings

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from workbook import LESSONS, cli
from workbook.publishing.site import api


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        return api.write(tmp_path_factory.mktemp("site"), ["workbook.sampling", "workbook.tasks"])


def page_of(pages, name):
    (file,) = (page for page in pages if page.name == name)
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def test_a_public_function_has_its_signature_and_its_docstring(pages):
    from workbook.sampling import top_p_filter

    entry = page_of(pages, "sampling.html").select_one("#top_p_filter")
    assert "logits" in entry.get_text()
    first = top_p_filter.__doc__.splitlines()[0]
    assert first[:40] in entry.find_next(class_="docstring").get_text()


def test_a_function_with_the_name_of_its_module_is_shown_as_the_function(pages):
    """Guards against `sampling.generate`, loaded when used, shown as the module of that name."""
    entry = page_of(pages, "sampling.html").select_one("#generate")
    assert "max_new_tokens" in entry.get_text()


def test_every_link_within_the_pages_leads_somewhere(pages):
    for file in pages:
        for link in BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").select(
            "a[href]"
        ):
            target, _, place = link["href"].partition("#")
            if target.startswith("http") or not (target or place):
                continue
            there = (file.parent / target).resolve() if target else file
            assert there.exists(), (file.name, link["href"])


def test_the_pages_are_light_or_dark_and_ask_no_other_machine(pages):
    for file in pages:
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        for tag in soup.select("[src], link[href]"):
            assert not (tag.get("src") or tag.get("href")).startswith(("http", "//")), tag
    assert "light-dark(" in pages[-1].read_text(encoding="utf-8")


def test_each_ready_lesson_is_shown_without_what_is_its_own():
    parts = api.shown()
    assert all((f"workbook.{x.topic}" in parts) == x.ready for x in LESSONS)
    assert "!workbook.*.charts" in parts


def test_without_pdoc_one_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pdoc", None)
    monkeypatch.setattr(api.importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(cli.app, ["site", "--output", str(tmp_path / "site")])
    assert result.exit_code and "pip install pdoc" in str(result.exception or result.output)
