"""Does it fit: the sentence before a load, the outlook before a fetch, the header of a file."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest

from workbook.core.hub import fits, verified
from workbook.core.hub.hub_errors import Unavailable
from workbook.core.hub.sources import ModelSource
from workbook.core.system import known_models, memory, profile
from workbook.core.system.machine import Machine

GB = 2**30
CARD = Machine(8, 64 * GB, 60 * GB, "cuda", "a card", 39 * GB, (8, 0), True)
ON_CARD = profile.choose(CARD, {})
SEVEN = known_models.ENTRIES[known_models.QWEN_INSTRUCT_LARGE].shape


@pytest.fixture(autouse=True)
def nothing_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(verified, "home", lambda: tmp_path / "home")


@pytest.fixture
def on_card(monkeypatch):
    """Set the card's free memory."""
    monkeypatch.setattr(fits.profile, "current", lambda: ON_CARD)
    return lambda free: monkeypatch.setattr(memory, "free", lambda device: free)


def source(asked, role="instruct"):
    name, _, revision = asked.partition("@")
    return ModelSource(role, "hub", name, revision)


def test_what_fits_passes_in_silence(on_card):
    on_card(fits.needed(SEVEN, ON_CARD))
    assert fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN) is None


def test_what_does_not_fit_names_the_next_smaller_one_that_does(on_card):
    on_card(fits.needed(SEVEN, ON_CARD) - 1)
    with pytest.raises(Unavailable) as caught:
        fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN)
    assert "GPU memory" in str(caught.value)
    assert f"set WORKBOOK_INSTRUCT_MODEL={known_models.QWEN_INSTRUCT}, which fits" in str(
        caught.value
    )


def test_where_only_the_towns_model_fits_it_is_named(on_card):
    on_card(GB)
    with pytest.raises(Unavailable, match="=bundled:town-instruct, which fits"):
        fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN)


def test_a_model_is_not_suggested_in_its_own_place(on_card):
    on_card(GB)
    shape = known_models.ENTRIES[known_models.FLAN].shape
    with pytest.raises(Unavailable, match="close other programs or use a machine with more"):
        fits.check(source(known_models.FLAN, "seq2seq"), shape)


def test_the_machines_own_memory_must_hold_the_weights_on_their_way(on_card, monkeypatch):
    monkeypatch.setattr(memory, "free", lambda device: 39 * GB if device == "cuda" else 12 * GB)
    with pytest.raises(Unavailable, match="about 14.2 GB of memory and 12.0 GB is free"):
        fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN)


def test_precision_decides(on_card):
    on_card(20 * GB)
    fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN, "bfloat16")
    with pytest.raises(Unavailable):
        fits.check(source(known_models.QWEN_INSTRUCT_LARGE), SEVEN, "float32")


def test_the_outlook_of_a_hub_model_needs_no_network():
    look = fits.outlook("instruct", ON_CARD, 39 * GB)
    assert look.fits and look.fetch == 15_242 * 10**6
    assert str(look) == (
        "Qwen/Qwen2.5-7B-Instruct@a09a354: 14.2 GB to fetch, Apache-2.0, takes 17.3 GB, fits"
    )
    assert "TOO LARGE for the 8.0 GB free" in str(fits.outlook("instruct", ON_CARD, 8 * GB))


def test_what_is_here_already_is_not_fetched_again(monkeypatch):
    monkeypatch.setattr(verified, "whole", lambda *asked: asked)
    look = fits.outlook("base", ON_CARD, 39 * GB)
    assert look.fetch == 0 and ": here, " in str(look)


def test_the_outlook_of_other_sources(tmp_path):
    assert fits.outlook("reward", profile.BUDGETS["laptop"], GB) is None
    unknown = replace(ON_CARD, base_model=f"some/model@{'0' * 40}", dialogues=str(tmp_path))
    look = fits.outlook("base", unknown, GB)
    assert str(look) == "some/model@0000000: size known when it is fetched" and look.fits
    assert str(fits.outlook("dialogues", unknown, GB)) == f"{tmp_path}: here"
    bundled = fits.outlook("base", profile.BUDGETS["laptop"], GB)
    assert bundled.fetch == 0 and 11 * 2**20 < bundled.needs < 13 * 2**20


def header(entries):
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


def test_weights_are_counted_from_headers(tmp_path):
    tensor = {"dtype": "F32", "shape": [3, 5], "data_offsets": [0, 60]}
    scalar = {"dtype": "F32", "shape": [], "data_offsets": [60, 64]}
    named = {"__metadata__": {"format": "pt"}, "a": tensor, "b": scalar}
    (tmp_path / "one.safetensors").write_bytes(header(named))
    (tmp_path / "two.safetensors").write_bytes(header({"c": tensor}))
    assert fits.parameters(tmp_path) == 31


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 40, header({})[:9], header({"a": 1})])
def test_a_torn_header_counts_nothing(tmp_path, content):
    (tmp_path / "torn.safetensors").write_bytes(content)
    assert fits.parameters(tmp_path) == 0
