"""The transformer against transformers: five families, with cache, padding and gradients."""

import pytest
import torch
import transformers
from hf_models import LLAMA_3, bert, gpt2, llama, places, qwen2, t5, texts

from workbook.attention import GrowingKVCache, Transformer, TransformerConfig
from workbook.attention.library_weights import from_transformers
from workbook.core.hub import load_model, load_tokenizer

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
SMALL = {"channels": 16, "layers": 2, "heads": 2}


def check_close(ours, theirs, keep_mask=None):
    kept = torch.ones(ours.shape[:2], dtype=torch.bool) if keep_mask is None else keep_mask
    torch.testing.assert_close(ours[kept], theirs[kept], **CLOSE)


@pytest.mark.parametrize(
    "hf",
    [
        lambda: llama(),
        lambda: llama(num_key_value_heads=4, tie_word_embeddings=True),
        lambda: llama(num_key_value_heads=1, head_dim=16),
        lambda: llama(attention_bias=True, mlp_bias=True, hidden_act="gelu"),
        lambda: llama(rope_parameters={"rope_type": "default", "rope_theta": 77.0}),
        lambda: llama(rope_parameters=LLAMA_3),
        lambda: qwen2(),
    ],
    ids=["grouped", "tied", "head_dim", "biases", "theta", "llama3", "qwen2"],
)
@torch.no_grad()
def test_llama_and_qwen2(hf):
    model, (ids, keep_mask) = hf(), texts()
    ours = from_transformers(model)
    check_close(ours(ids), model(ids).logits)
    theirs = model(ids, attention_mask=keep_mask.long()).logits
    check_close(ours(ids, keep_mask=keep_mask), theirs, keep_mask)
    ones = ours(ids, keep_mask=keep_mask.long())
    assert torch.equal(ones, ours(ids, keep_mask=keep_mask))


@pytest.mark.parametrize("changes", [{}, {"n_inner": 40, "activation_function": "relu"}])
@torch.no_grad()
def test_gpt2(changes):
    model, (ids, keep_mask) = gpt2(**changes), texts()
    ours = from_transformers(model)
    check_close(ours(ids), model(ids).logits)
    settings = {"attention_mask": keep_mask.long(), "position_ids": places(keep_mask)}
    check_close(ours(ids, keep_mask=keep_mask), model(ids, **settings).logits, keep_mask)
    plain = torch.arange(12).expand(3, 12)
    theirs = model(ids, attention_mask=keep_mask.long(), position_ids=plain).logits
    check_close(ours(ids, keep_mask=keep_mask, positions=plain), theirs, keep_mask)


@torch.no_grad()
def test_bert_gives_hidden_states():
    """Padded on the right or on the left: BERT's places are those of the row, with the padding."""
    (ids, keep_mask), model = texts(), bert()
    ours = from_transformers(model)
    check_close(ours(ids), model(ids).last_hidden_state)
    theirs = model(ids, attention_mask=keep_mask.long()).last_hidden_state
    check_close(ours(ids, keep_mask=keep_mask), theirs, keep_mask)
    settings = {"attention_mask": keep_mask.long(), "position_ids": places(keep_mask)}
    theirs, counted = model(ids, **settings).last_hidden_state, places(keep_mask)
    check_close(ours(ids, keep_mask=keep_mask, positions=counted), theirs, keep_mask)
    assert not torch.allclose(ours(ids, keep_mask=keep_mask)[2, 5:], theirs[2, 5:], atol=0.1)
    segments = torch.randint(0, 2, ids.shape)
    theirs = model(ids, token_type_ids=segments).last_hidden_state
    check_close(ours(ids, segments=segments), theirs)


@torch.no_grad()
def test_models_with_other_heads_are_their_bodies():
    shape = bert().config
    whole = transformers.BertForMaskedLM(shape).eval()
    ids = texts()[0]
    ours = from_transformers(whole)
    check_close(ours(ids), whole.bert(ids).last_hidden_state)
    for hf in (llama(), gpt2()):
        body = hf.base_model
        check_close(from_transformers(body)(ids), body(ids).last_hidden_state)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
        {"num_decoder_layers": 3, "relative_attention_num_buckets": 32},
    ],
    ids=["v1.0", "v1.1", "deeper decoder"],
)
@torch.no_grad()
def test_t5(changes):
    model, (ids, keep_mask) = t5(**changes), texts()
    ours = from_transformers(model)
    answers, answer_mask = texts(3, 9)[0], torch.ones(3, 9, dtype=torch.bool)
    answer_mask[1, 6:] = False
    check_close(ours(ids, decoder_ids=answers), model(ids, decoder_input_ids=answers).logits)
    theirs = model(
        ids,
        attention_mask=keep_mask.long(),
        decoder_input_ids=answers,
        decoder_attention_mask=answer_mask.long(),
    ).logits
    masks = {"keep_mask": keep_mask, "decoder_keep_mask": answer_mask}
    check_close(ours(ids, decoder_ids=answers, **masks), theirs, answer_mask)
    check_close(ours.encode(ids, keep_mask), model.encoder(ids, keep_mask.long())[0], keep_mask)


@torch.no_grad()
def test_t5_whose_last_layer_is_its_own():
    model = t5(feed_forward_proj="gated-gelu", tie_word_embeddings=False)
    model.lm_head.weight = torch.nn.Parameter(torch.randn(97, 32) * 0.16)
    ours, (ids, _) = from_transformers(model), texts()
    assert ours.out is not None
    check_close(ours(ids, decoder_ids=ids), model(ids, decoder_input_ids=ids).logits)


@pytest.mark.parametrize("hf", [llama, gpt2], ids=["llama", "gpt2"])
def test_gradients_of_decoders(hf):
    model, (ids, _) = hf(), texts()
    ours = from_transformers(model)
    weight = torch.randn(3, 12, 97)
    (ours(ids) * weight).mean().backward()
    (model(ids).logits * weight).mean().backward()
    table = model.get_input_embeddings().weight
    torch.testing.assert_close(ours.embedding.weight.grad, table.grad, **CLOSE)
    norm = [
        w for n, w in model.named_parameters() if n.endswith(("ln_f.weight", "model.norm.weight"))
    ]
    torch.testing.assert_close(ours.decoder.norm.weight.grad, norm[0].grad, **CLOSE)


def test_gradients_of_bert_and_t5():
    (ids, _), weight = texts(), torch.randn(3, 12, 32)
    model = bert()
    ours = from_transformers(model)
    (ours(ids) * weight).mean().backward()
    (model(ids).last_hidden_state * weight).mean().backward()
    table = model.embeddings.word_embeddings.weight
    torch.testing.assert_close(ours.embedding.weight.grad, table.grad, **CLOSE)
    model, weight = t5(), torch.randn(3, 12, 97)
    ours = from_transformers(model)
    (ours(ids, decoder_ids=ids) * weight).mean().backward()
    (model(ids, decoder_input_ids=ids).logits * weight).mean().backward()
    torch.testing.assert_close(ours.embedding.weight.grad, model.shared.weight.grad, **CLOSE)
    first = model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight.grad
    torch.testing.assert_close(ours.encoder.relative.table.weight.grad, first, **CLOSE)


@torch.no_grad()
def test_the_towns_model_gives_the_same_logits_and_the_same_text():
    model, tokenizer = load_model("base"), load_tokenizer("base")
    ours = from_transformers(model)
    row = tokenizer.encode("<|bos|>Bridor Mossbrock\nBridor Mossbrock", add_special_tokens=False)
    ids = torch.tensor([row])
    check_close(ours(ids), model(ids).logits)
    settings = {"attention_mask": torch.ones_like(ids), "pad_token_id": 0}
    theirs = model.generate(ids, max_new_tokens=40, do_sample=False, eos_token_id=None, **settings)
    assert torch.equal(ours.greedy(ids, 40), theirs)
    end = int(theirs[0, len(row) + 20])
    stopped = ours.greedy(ids, 40, end_id=end)
    assert stopped[0, -1] == end and stopped.shape[1] < theirs.shape[1]
    assert torch.equal(stopped, theirs[:, : stopped.shape[1]])


@pytest.mark.parametrize("hf", [llama, gpt2], ids=["llama", "gpt2"])
@torch.no_grad()
def test_greedy_text_of_padded_rows_is_that_of_transformers(hf):
    model, (ids, keep_mask) = hf(), texts()
    keep_mask[1] = True  # a text goes on at its end, so it may only be padded in front
    settings = {"attention_mask": keep_mask.long(), "pad_token_id": 0, "do_sample": False}
    theirs = model.generate(ids, max_new_tokens=12, eos_token_id=None, **settings)
    ours = from_transformers(model)
    assert torch.equal(ours.greedy(ids, 12, keep_mask), theirs)
    alone = ours.greedy(ids[2:, 5:], 12)
    assert torch.equal(alone[0, 7:], theirs[2, 12:])


@torch.no_grad()
def test_greedy_text_of_t5_is_that_of_transformers():
    model, (ids, keep_mask) = t5(), texts()
    settings = {"attention_mask": keep_mask.long(), "decoder_start_token_id": 0}
    theirs = model.generate(
        ids, max_new_tokens=10, do_sample=False, eos_token_id=None, pad_token_id=0, **settings
    )
    start = torch.zeros(3, 1, dtype=torch.long)
    ours = from_transformers(model)
    assert torch.equal(ours.greedy(ids, 10, keep_mask, decoder_ids=start), theirs)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"positions": "learned", "norm": "layer", "feed_forward": "gelu"},
        {"positions": "sinusoidal", "norm_first": False},
        {"positions": "relative", "kv_heads": 1},
        {"positions": "none", "window": 3},
        {"window": 4},
    ],
)
@torch.no_grad()
def test_step_by_step_equals_the_whole(changes):
    model = Transformer(TransformerConfig(50, **SMALL, **changes)).double()
    ids = torch.randint(0, 50, (2, 9))
    keep_mask = torch.ones(2, 9, dtype=torch.bool)
    keep_mask[1, :3] = False
    for mask in (None, keep_mask):
        whole, cache, parts = model(ids, keep_mask=mask), GrowingKVCache(), []
        for start, end in ((0, 4), (4, 5), (5, 9)):
            part = None if mask is None else mask[:, start:end] if start else mask[:, :end]
            parts.append(model(ids[:, start:end], keep_mask=part, cache=cache))
        kept = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
        torch.testing.assert_close(torch.cat(parts, 1)[kept], whole[kept])
        assert cache.length == 9


@torch.no_grad()
def test_a_cache_takes_the_mask_of_all_tokens_or_of_the_new_ones():
    model, (ids, keep_mask) = Transformer(TransformerConfig(97, **SMALL)), texts()
    keep_mask[1] = True
    results = []
    for last in (keep_mask, keep_mask[:, 10:], None):
        cache = GrowingKVCache()
        model(ids[:, :10], keep_mask=keep_mask[:, :10], cache=cache)
        results.append(model(ids[:, 10:], keep_mask=last, cache=cache))
    assert torch.equal(results[0], results[1]) and torch.equal(results[0], results[2])
    check_close(results[0], model(ids, keep_mask=keep_mask)[:, 10:])


@pytest.mark.parametrize("architecture", ["decoder", "encoder", "encoder-decoder"])
@torch.no_grad()
def test_padding_changes_nothing(architecture):
    config = TransformerConfig(50, **SMALL, architecture=architecture, positions="learned")
    model, ids = Transformer(config), torch.randint(0, 50, (1, 6))
    both = architecture == "encoder-decoder"
    answer = {"decoder_ids": torch.randint(0, 50, (1, 4))} if both else {}
    alone = model(ids, **answer)
    for padding in ((0, 3), (3, 0)) if architecture == "decoder" else ((0, 3),):
        padded = torch.nn.functional.pad(ids, padding, value=7)
        keep_mask = torch.nn.functional.pad(torch.ones_like(ids), padding).bool()
        out = model(padded, **answer, keep_mask=keep_mask)
        check_close(out if answer else out[keep_mask][None], alone)


@torch.no_grad()
def test_a_decoder_does_not_see_the_future_and_an_encoder_does():
    ids = torch.randint(0, 50, (1, 8))
    other = ids.clone()
    other[0, -1] = (ids[0, -1] + 1) % 50
    for architecture, same in (("decoder", True), ("encoder", False)):
        model = Transformer(TransformerConfig(50, **SMALL, architecture=architecture))
        assert torch.allclose(model(ids)[:, :-1], model(other)[:, :-1], atol=1e-6) is same


@torch.no_grad()
def test_a_window_hides_what_is_far_away():
    """One layer and a window of 3: only the last two tokens before matter."""
    model = Transformer(TransformerConfig(50, channels=16, layers=1, heads=2, window=3))
    ids = torch.randint(0, 50, (1, 8))
    far, near = ids.clone(), ids.clone()
    far[0, 4], near[0, 5] = (ids[0, 4] + 1) % 50, (ids[0, 5] + 1) % 50
    assert torch.allclose(model(far)[:, 7], model(ids)[:, 7], atol=1e-6)
    assert not torch.allclose(model(near)[:, 7], model(ids)[:, 7], atol=1e-6)


@torch.no_grad()
def test_a_window_is_no_padding_mask():
    """Guards against a window of `T T` that is taken for a mask of `B T` where B equals T."""
    model = Transformer(TransformerConfig(50, **SMALL, window=2))
    ids = torch.randint(0, 50, (6, 6))
    check_close(model(ids), torch.cat([model(row[None]) for row in ids]))


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: TransformerConfig(9, architecture="both"), "architecture is one of"),
        (lambda: TransformerConfig(9, positions="alibi"), "positions is one of"),
        (lambda: from_transformers(torch.nn.Linear(2, 2)), "'Linear' cannot be copied"),
        (lambda: from_transformers(gpt2(activation_function="tanh")), "'tanh'"),
        (
            lambda: from_transformers(
                llama(rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0})
            ),
            "'dynamic' cannot be copied",
        ),
    ],
)
def test_what_is_not_supported_is_one_sentence(make, says):
    with pytest.raises(ValueError, match=says) as error:
        make()
    assert "\n" not in str(error.value)


def test_the_copy_is_a_copy():
    model = llama(tie_word_embeddings=True)
    before = model.model.embed_tokens.weight.detach().clone()
    ours = from_transformers(model)
    with torch.no_grad():
        ours.embedding.weight.zero_()
    assert torch.equal(model.model.embed_tokens.weight, before)
    assert ours.out is None and not ours.training


def test_the_whole_file_is_readable_in_one_go(root):
    lines = (root / "workbook/attention/transformer.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 300
