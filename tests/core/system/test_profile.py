"""The profile follows the machine, gives way to the environment, refuses what it cannot know."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.core.system import machine, profile
from workbook.core.system.machine import Machine

GB = 2**30
LAPTOP = Machine(2, 16 * GB, 8 * GB, "cpu", "some CPU", 0, None, False)
T4 = replace(LAPTOP, device="cuda", device_name="T4", capability=(7, 5), device_memory=15 * GB)
A100 = replace(T4, device_name="A100", capability=(8, 0), has_bf16=True)
LAPTOP_ON_GPU = ("laptop", "cuda", "bfloat16")
MAC = replace(LAPTOP, cores=8, device="mps", device_name="Apple arm64")


@pytest.mark.parametrize(
    ("found", "environment", "name", "device", "dtype"),
    [
        (LAPTOP, {}, "laptop", "cpu", "float32"),
        (MAC, {}, "laptop", "cpu", "float32"),
        (replace(LAPTOP, memory_total=2 * GB), {}, "binder", "cpu", "float32"),
        (LAPTOP, {"BINDER_SERVICE_HOST": "10.0.0.1"}, "binder", "cpu", "float32"),
        (A100, {}, "gpu", "cuda", "bfloat16"),
        (T4, {}, "gpu", "cuda", "float16"),
        (A100, {"WORKBOOK_PROFILE": "laptop"}, "laptop", "cpu", "float32"),
        (A100, {"WORKBOOK_PROFILE": " GPU "}, "gpu", "cuda", "bfloat16"),
        (LAPTOP, {"WORKBOOK_PROFILE": "gpu"}, "gpu", "cpu", "float32"),
        (MAC, {"WORKBOOK_DEVICE": "mps"}, "laptop", "mps", "float32"),
        (A100, {"WORKBOOK_PROFILE": "laptop", "WORKBOOK_DEVICE": "cuda"}, *LAPTOP_ON_GPU),
    ],
)
def test_choice(found, environment, name, device, dtype):
    chosen = profile.choose(found, environment)
    assert (chosen.name, chosen.device, chosen.dtype) == (name, device, dtype)


def test_each_role_can_be_filled_by_hand():
    environment = {profile.variable(role): f"/my/{role}" for role in profile.ROLES}
    assert set(environment) == {
        "WORKBOOK_BASE_MODEL", "WORKBOOK_INSTRUCT_MODEL", "WORKBOOK_SEQ2SEQ_MODEL",
        "WORKBOOK_REWARD_MODEL", "WORKBOOK_TOXICITY_MODEL",
        "WORKBOOK_EMBEDDER_MODEL", "WORKBOOK_DIALOGUES",
    }  # fmt: skip
    chosen = profile.choose(LAPTOP, environment)
    for role, field in profile.ROLES.items():
        assert getattr(chosen, field) == f"/my/{role}"


def test_an_empty_variable_counts_as_unset():
    empty = {"WORKBOOK_PROFILE": "", "WORKBOOK_DEVICE": " ", "WORKBOOK_BASE_MODEL": "  "}
    assert profile.choose(LAPTOP, empty) == profile.choose(LAPTOP, {})


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"WORKBOOK_PROFILE": "desktop"}, "WORKBOOK_PROFILE=desktop.*binder, laptop, gpu"),
        ({"WORKBOOK_DEVICE": "tpu"}, "WORKBOOK_DEVICE=tpu.*cpu, cuda, mps"),
        ({"WORKBOOK_DEVICE": "cuda"}, "no such device; use cpu"),
    ],
)
def test_a_wrong_value_is_named_with_the_right_ones(environment, words):
    with pytest.raises(ValueError, match=words):
        profile.choose(LAPTOP, environment)


@given(
    cores=st.integers(1, 512),
    threads=st.sampled_from(["", "0", "1", "3", "9999", "two", "-4"]),
)
def test_threads_are_at_least_one_and_never_more_than_cores(cores, threads):
    chosen = profile.choose(replace(LAPTOP, cores=cores), {"OMP_NUM_THREADS": threads})
    expected = min(cores, int(threads)) if threads in ("1", "3", "9999") else max(1, cores - 1)
    assert chosen.threads == expected


def test_budgets_suit_the_machines():
    binder, laptop, gpu = (profile.BUDGETS[name] for name in profile.PROFILES)
    work = [p.steps * p.batch_size * p.seq_len for p in (binder, laptop, gpu)]
    assert work == sorted(set(work))
    assert all(len(set(p.seeds)) >= 3 for p in (binder, laptop, gpu))
    # Activations of a lesson fit 2 GB only up to 2,048 tokens a step at the town's size.
    assert max(p.batch_size * p.seq_len for p in (binder, laptop)) <= 2048


def test_every_hub_id_of_a_profile_is_pinned_to_a_commit_where_one_is_known():
    """Two are taken at "main", whose first commit is kept (workbook.core.hub.verified.pin)."""
    named = {
        getattr(profile.BUDGETS[n], f) for n in profile.BUDGETS for f in profile.ROLES.values()
    }
    on_main = set()
    for asked in (named | set(profile.LARGE.values())) - {None}:
        name, _, revision = asked.partition("@")
        if "/" not in name:
            continue
        if revision == "main":
            on_main.add(name)
        else:
            assert len(revision) == 40 and set(revision) <= set("0123456789abcdef"), name
    assert on_main == {
        "facebook/roberta-hate-speech-dynabench-r4-target", "knkarthick/dialogsum",
    }  # fmt: skip


def test_a_profile_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.choose(LAPTOP, {}).steps = 1


def test_current_reads_the_environment_anew_each_time(monkeypatch):
    monkeypatch.setattr(machine, "detect", lambda: LAPTOP)
    monkeypatch.setenv("WORKBOOK_PROFILE", "binder")
    assert profile.current().name == "binder"
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    assert profile.current().name == "laptop"


def test_setup_seeds_sets_threads_and_says_so_in_one_line(monkeypatch, capsys):
    import torch

    import workbook

    monkeypatch.setattr(machine, "detect", lambda: LAPTOP)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    chosen = workbook.setup(5)
    assert capsys.readouterr().out == "profile laptop | device cpu, float32 | seed 5\n"
    assert torch.get_num_threads() == chosen.threads == 2
    drawn = torch.rand(3)
    workbook.setup(5)
    assert torch.equal(drawn, torch.rand(3))
