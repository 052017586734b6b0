"""The library's count of a real model and its fit of the law, against sums and laws by hand."""

import numpy as np
import pytest
from transformers import (
    BertConfig,
    DistilBertConfig,
    GemmaConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
    RobertaConfig,
    T5Config,
)

from workbook.scaling_laws import fit_chinchilla, peers, published

pytestmark = pytest.mark.filterwarnings("ignore")

FEW = {"vocab_size": 11, "hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2}
CONFIGS = {
    "llama": LlamaConfig(**FEW, num_hidden_layers=1),
    "qwen2": Qwen2Config(**FEW, num_hidden_layers=1, num_key_value_heads=2),
    "qwen3": Qwen3Config(**FEW, num_hidden_layers=1, num_key_value_heads=2, head_dim=4),
    "mistral": MistralConfig(**FEW, num_hidden_layers=1, num_key_value_heads=2),
    "gemma": GemmaConfig(**FEW, num_hidden_layers=1, num_key_value_heads=2, head_dim=4),
    "roberta": RobertaConfig(**FEW, num_hidden_layers=1, pad_token_id=1),
    "distilbert": DistilBertConfig(vocab_size=11, dim=8, hidden_dim=16, n_layers=1, n_heads=2),
    "gpt2": GPT2Config(vocab_size=11, n_embd=8, n_layer=1, n_head=2),
    "bert": BertConfig(**FEW, num_hidden_layers=1),
    "t5": T5Config(vocab_size=11, d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2),
}


def points():
    """N and D of every pair, a decade or two wide."""
    n, d = np.meshgrid(np.geomspace(1e8, 1e10, 5), np.geomspace(1e9, 1e12, 5))
    return n.ravel(), d.ravel()


def test_scipy_finds_the_law_from_a_good_start_too():
    truth = published.law("besiroglu")
    n, d = points()
    found = peers.curve_fit(n, d, truth.loss(n, d), published.law("hoffmann"))
    assert found.E == pytest.approx(truth.E, rel=1e-3)
    assert found.alpha == pytest.approx(truth.alpha, rel=1e-2)


def test_squared_errors_follow_one_wild_run_further_than_ours():
    truth = published.law("besiroglu")
    n, d = points()
    loss = truth.loss(n, d)
    loss[7] *= 1.5
    theirs = peers.curve_fit(n, d, loss, truth)
    ours = fit_chinchilla(n, d, loss, bootstrap=0)
    assert abs(theirs.E - truth.E) > 10 * abs(ours.E - truth.E)


@pytest.mark.parametrize("family", peers.CLASSES)
def test_a_model_without_numbers_is_of_its_class_and_takes_no_memory(family):
    model = peers.build_without_numbers(CONFIGS[family])
    assert type(model).__name__ == peers.CLASSES[family]
    assert {p.device.type for p in model.parameters()} == {"meta"}


def test_the_real_model_is_counted_as_by_hand():
    """2 x 6 tokens x (4 C C + 3 C F + V C) of matrices, 4 x 2 texts x 3 x 3 x C of attention."""
    parameters, flops = peers.measured(CONFIGS["llama"], batch_size=2, seq_len=3)
    assert parameters == 2 * 11 * 8 + 4 * 8 * 8 + 3 * 8 * 16 + 3 * 8
    assert flops.forward == 12 * (4 * 8 * 8 + 3 * 8 * 16 + 11 * 8) + 4 * 2 * 9 * 8
    assert flops.backward == 2 * flops.forward


def test_what_a_decoder_writes_is_counted_too():
    few, many = (peers.measured(CONFIGS["t5"], 1, 4, written)[1].forward for written in (2, 3))
    layers = 4 * 8 * 8 + 2 * 8 * 16 + 2 * 8 * 8 + 11 * 8  # itself, feed-forward, across, output
    attention = 8 * (3 * 3 - 2 * 2) + 8 * 4  # to itself and to the four tokens read
    assert many - few == 2 * layers + 4 * attention
