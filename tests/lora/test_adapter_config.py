"""An adapter's config: each wrong one is a sentence; layers that lack weights are named."""

from pathlib import Path

import pytest

from workbook.lora import adapter_config

GOOD = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q", "v"]}
HERE = Path("adapter")
LAYERS = [f"model.layers.{n}.{name}" for n in (0, 1) for name in ("q", "v", "o")]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ([], "is a list, and no set of settings"),
        (None, "is a NoneType"),
        ({**GOOD, "peft_type": "IA3"}, "of the kind IA3, not LORA"),
        ({key: GOOD[key] for key in GOOD if key != "r"}, "lacks r"),
        ({**GOOD, "lora_alpha": None}, "has lora_alpha=None"),
        ({**GOOD, "r": True}, "has r=True"),
        ({**GOOD, "rank_pattern": [1]}, r"has rank_pattern=\[1\]"),
        ({**GOOD, "bias": "all"}, "has bias='all', which this course's LoRA does not compute"),
    ],
)
def test_a_config_that_cannot_be_followed_is_one_sentence(config, words):
    with pytest.raises(ValueError, match=words) as told:
        adapter_config.refuse(config, HERE)
    assert "\n" not in str(told.value)


def test_a_good_config_is_taken():
    adapter_config.refuse({**GOOD, "bias": "none", "modules_to_save": None}, HERE)


def test_a_pattern_gives_a_layer_its_own_rank():
    config = {"rank_pattern": {"layers.1.q": 16, "^model.layers.0.v": 2}}
    ranks = [adapter_config.setting(config, "rank_pattern", layer, 4) for layer in LAYERS]
    assert ranks == [4, 2, 4, 16, 4, 4]
    assert adapter_config.setting({}, "rank_pattern", LAYERS[0], 4) == 4


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, "model.layers.1.q and of 1 more layers"),
        ({"layers_to_transform": [0]}, ""),
        ({"layers_to_transform": 1}, "model.layers.1.q"),
        ({"exclude_modules": ["v"]}, "model.layers.1.q, which"),
        ({"target_modules": r".*\.0\.[qv]"}, ""),
        ({"target_modules": "all-linear"}, ""),
    ],
)
def test_layers_that_the_config_means_and_the_file_lacks_are_named(change, missing):
    saved = LAYERS[:2]
    if not missing:
        adapter_config.refuse_missing({**GOOD, **change}, saved, LAYERS, HERE)
        return
    with pytest.raises(ValueError, match=f"adapter lacks the weights of {missing}"):
        adapter_config.refuse_missing({**GOOD, **change}, saved, LAYERS, HERE)
