"""Copied weights against transformers: five families, padded texts, refusals."""

import pytest
import torch
import transformers
from hf_models import (
    LLAMA_3,
    bert,
    check_close,
    gpt2,
    llama,
    places,
    qwen2,
    sharp,
    t5,
    texts,
)
from torch import nn

from workbook.attention.library_weights import attention_from_torch, from_transformers


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


def test_the_copy_is_a_copy():
    model = llama(tie_word_embeddings=True)
    before = model.model.embed_tokens.weight.detach().clone()
    ours = from_transformers(model)
    with torch.no_grad():
        ours.embedding.weight.zero_()
    assert torch.equal(model.model.embed_tokens.weight, before)
    assert ours.out is None and not ours.training


@torch.no_grad()
def test_an_encoder_of_t5_alone_is_copied():
    model = sharp(transformers.T5EncoderModel(t5().config))
    ours, (ids, keep_mask) = from_transformers(model), texts()
    theirs = model(ids, attention_mask=keep_mask.long()).last_hidden_state
    check_close(ours(ids, keep_mask=keep_mask), theirs, keep_mask)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: from_transformers(torch.nn.Linear(2, 2)), "'Linear' cannot be copied"),
        (lambda: from_transformers(gpt2(activation_function="tanh")), "'tanh'"),
        (
            lambda: from_transformers(
                llama(rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0})
            ),
            "'dynamic' cannot be copied",
        ),
        (lambda: from_transformers(qwen2(use_sliding_window=True)), "with sliding windows"),
        (lambda: from_transformers(gpt2(add_cross_attention=True)), "GPT-2 with cross-attention"),
        (lambda: from_transformers(bert(is_decoder=True)), "a BERT that was made a decoder"),
    ],
)
def test_what_is_not_supported_is_one_sentence(make, says):
    with pytest.raises(ValueError, match=says) as error:
        make()
    assert "\n" not in str(error.value)


def test_attention_of_torch_is_copied_part_by_part_and_left_alone():
    theirs = nn.MultiheadAttention(8, 2)
    for bias in (theirs.in_proj_bias, theirs.out_proj.bias):
        nn.init.normal_(bias)
    ours = attention_from_torch(theirs)
    for place, part in enumerate((ours.query, ours.key, ours.value)):
        assert torch.equal(part.weight, theirs.in_proj_weight[8 * place : 8 * place + 8])
        assert torch.equal(part.bias, theirs.in_proj_bias[8 * place : 8 * place + 8])
    assert torch.equal(ours.out.weight, theirs.out_proj.weight) and not ours.training
    assert torch.equal(ours.out.bias, theirs.out_proj.bias)
    with torch.no_grad():
        ours.query.weight.zero_()
    assert theirs.in_proj_weight[:8].any()


@pytest.mark.parametrize("settings", [{"kdim": 4}, {"add_bias_kv": True}, {"add_zero_attn": True}])
def test_attention_of_another_make_is_refused(settings):
    with pytest.raises(ValueError, match="kdim = vdim = embed_dim, without added keys"):
        attention_from_torch(nn.MultiheadAttention(8, 2, **settings))
