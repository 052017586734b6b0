"""Log-probabilities of padded rows: as the model gives them for each row alone."""

import pytest
import torch

from workbook.inference import pad, padded_logits, token_log_probs

ROWS = [[1, 5, 9, 40], [1, 7], [1, 30, 31, 32, 33, 41]]
FAMILIES = ("llama", "gpt2", "opt", "bloom", "roberta")


def model(family):
    import transformers as hf

    torch.manual_seed(1)
    size = {"vocab_size": 50, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    if family == "llama":
        return hf.LlamaForCausalLM(hf.LlamaConfig(**shape, intermediate_size=32, **size)).eval()
    if family == "gpt2":
        return hf.GPT2LMHeadModel(hf.GPT2Config(n_embd=16, n_layer=2, n_head=2, **size)).eval()
    if family == "opt":
        config = hf.OPTConfig(**shape, ffn_dim=32, word_embed_proj_dim=16, **size)
        return hf.OPTForCausalLM(config).eval()
    if family == "bloom":
        return hf.BloomForCausalLM(
            hf.BloomConfig(hidden_size=16, n_layer=2, n_head=2, **size)
        ).eval()
    config = hf.RobertaConfig(**shape, intermediate_size=32, is_decoder=True, **size)
    return hf.RobertaForCausalLM(config).eval()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_no_probability(family, side):
    """Guards RoBERTa's kin: its places are counted from behind the padding's id, not from 0."""
    lm = model(family)
    ids, keep = pad(ROWS, 0, side)
    together = token_log_probs(lm, ids, keep)
    assert together.shape == (3, 5)
    for row, scored in zip(ROWS, together, strict=True):
        with torch.no_grad():
            log_probs = lm(torch.tensor([row])).logits[0].log_softmax(-1)
        alone = [log_probs[t, token].item() for t, token in enumerate(row[1:])]
        kept = scored[-len(alone) :] if side == "left" else scored[: len(alone)]
        assert kept.tolist() == pytest.approx(alone, abs=1e-4)
        assert scored.count_nonzero() == len(alone)


def test_a_transformer_of_lesson_01_is_scored_too():
    from workbook.attention import Transformer, TransformerConfig

    torch.manual_seed(1)
    ours = Transformer(TransformerConfig(vocabulary=50, hidden_size=16, heads=2)).eval()
    ids, keep = pad(ROWS, 0, "right")
    for row, scored in zip(ROWS, token_log_probs(ours, ids, keep), strict=True):
        with torch.no_grad():
            log_probs = ours(torch.tensor([row]))[0].log_softmax(-1)
        alone = [log_probs[t, token].item() for t, token in enumerate(row[1:])]
        assert scored[: len(alone)].tolist() == pytest.approx(alone, abs=1e-5)
        assert not scored[len(alone) :].any()


def test_the_last_logits_are_those_of_all(tiny_llama):
    ids, keep = pad(ROWS, 0, "left")
    last = padded_logits(tiny_llama, ids, keep, last=2)
    assert torch.allclose(last, padded_logits(tiny_llama, ids, keep)[:, -2:], atol=1e-6)


def test_a_bare_encoder_decoder_is_one_sentence():
    from transformers import T5Config, T5ForConditionalGeneration

    t5 = T5ForConditionalGeneration(
        T5Config(vocab_size=50, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    )
    ids, keep = pad(ROWS, 0, "right")
    with pytest.raises(ValueError, match="reads with one part and writes with the other"):
        token_log_probs(t5, ids, keep)
