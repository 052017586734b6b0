"""The outlier that is planted: where it is, and what rounds well beside it."""

import copy

import pytest
import torch

from workbook.quantization.calibration import gather_inputs
from workbook.quantization.outliers import plant_outlier, w8a8


def test_a_planted_outlier_changes_nothing_but_the_rounding(tiny_llama):
    ids = torch.randint(3, 97, (2, 20))
    with torch.no_grad():
        exact = tiny_llama(ids).logits
        planted = plant_outlier(tiny_llama, 60.0)
        torch.testing.assert_close(planted(ids).logits, exact, rtol=1e-3, atol=1e-4)
        gaps = {
            k: (w8a8(planted, k)(ids).logits - exact).norm().item()
            for k in ("absmax", "LLM.int8()", "rotated")
        }
    assert gaps["LLM.int8()"] < gaps["absmax"] / 3 and gaps["rotated"] < gaps["absmax"] / 3


def test_one_channel_is_larger_behind_every_norm_and_the_model_given_stays(tiny_llama, token_ids):
    before = copy.deepcopy(tiny_llama.state_dict())
    names = [f"model.layers.{layer}.{reader}" for layer in range(2)
             for reader in ("self_attn.v_proj", "mlp.up_proj")]  # fmt: skip
    planted = plant_outlier(tiny_llama, 60.0, channel=5)
    want = torch.ones(32).index_fill(0, torch.tensor([5]), 60.0)
    plain, found = (gather_inputs(m, names, [token_ids()]) for m in (tiny_llama, planted))
    for name in names:
        ratio = found[name].magnitude / plain[name].magnitude
        torch.testing.assert_close(ratio, want, rtol=1e-3, atol=0)
    w8a8(tiny_llama, "absmax")
    after = tiny_llama.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda model: plant_outlier(model, 60.0, channel=99), "channels 0 to 31, not 99"),
        (lambda model: plant_outlier(torch.nn.Linear(2, 2), 60.0), "this model has none"),
        (lambda model: w8a8(model, "int3"), "there is no 'int3'"),
    ],
)
def test_bad_input_gets_one_sentence(act, words, tiny_llama):
    with pytest.raises(ValueError, match=words):
        act(tiny_llama)
