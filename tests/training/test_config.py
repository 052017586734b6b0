"""The settings of a run: each wrong value is one sentence at once, also in a changed copy."""

import dataclasses
import math

import pytest

from workbook.training.config import FitConfig


@pytest.mark.parametrize(
    "setting, sentence",
    [
        ({"steps": 0}, "steps is a whole number of at least 1, not 0"),
        ({"steps": 2.5}, "steps is a whole number"),
        ({"optimiser": "sgd"}, "optimiser is one of adamw, muon, not 'sgd'"),
        ({"schedule": "linear"}, "schedule is one of wsd, cosine, constant"),
        ({"learning_rate": math.nan}, "learning_rate is a number of at least 0"),
        ({"decay_fraction": 1.5}, "decay_fraction is a share from 0 to 1"),
        ({"betas": (1.5, 0.9)}, r"betas are two numbers from 0 to below 1, not \(1.5, 0.9\)"),
        ({"betas": (0.9,)}, "betas are two numbers"),
        ({"patience": 3}, "set evaluate_every as well"),
        ({"seed": -1}, "a seed is a whole number"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        FitConfig(**setting)


@pytest.mark.parametrize(
    "setting",
    [
        {"steps": 1}, {"warmup": 0}, {"learning_rate": 0}, {"decay_fraction": 1.0},
        {"min_lr_ratio": 0.0}, {"betas": (0.0, 0.999)}, {"max_grad_norm": 0.0},
        {"patience": 1, "evaluate_every": 1}, {"seed": 2**32 - 1},
    ],
)  # fmt: skip
def test_the_ends_of_what_is_allowed_are_allowed(setting):
    config = FitConfig(**setting)
    assert {name: getattr(config, name) for name in setting} == setting


def test_a_changed_copy_is_checked_and_the_first_stays_as_it_was():
    config = FitConfig(steps=7, seed=3)
    assert config.replace(steps=9) == FitConfig(steps=9, seed=3) and config.steps == 7
    with pytest.raises(ValueError, match="warmup is a whole number of at least 0, not -1"):
        config.replace(warmup=-1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.steps = 9
