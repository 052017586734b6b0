"""Weights of the library's models, copied into ours: Llama, Qwen2, GPT-2, BERT, T5.

Each family has one function that reads its configuration and one table that says which weight goes
where. The copy computes the same numbers, which the tests hold to 1e-5. Left out: other families,
rotary angles that depend on the length of the text, BERT's pooler and heads. Lesson 01.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from workbook.attention.config import TransformerConfig
from workbook.attention.layers import MultiHeadAttention
from workbook.attention.positions import frequencies
from workbook.attention.transformer import Transformer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Names = Iterator[tuple[str, str]]  # (name of a module in ours, name in theirs)
KINDS = {  # activation of the library -> feed-forward of ours, plain and gated
    "relu": ("relu", "reglu"),
    "gelu": ("gelu", "geglu"),
    "gelu_new": ("gelu_tanh", "geglu_tanh"),
    "gelu_pytorch_tanh": ("gelu_tanh", "geglu_tanh"),
    "silu": ("silu", "swiglu"),
}


def from_transformers(hf_model: PreTrainedModel) -> Transformer:
    """Return a copy of a Llama, Qwen2, GPT-2, BERT or T5 model, of any shape.

    In eval mode, on its device and in its dtype. Raises ValueError, in one sentence, for a family
    or a setting that is not supported.
    """
    import torch

    family = getattr(getattr(hf_model, "config", None), "model_type", type(hf_model).__name__)
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ValueError(f"a model of the family {family!r} cannot be copied; there are: {known}.")
    read_config, names, pieces = FAMILIES[family]
    prefix = hf_model.base_model_prefix
    body = getattr(hf_model, prefix) if hasattr(hf_model, prefix) else hf_model
    head = None if family == "bert" else getattr(hf_model, "lm_head", None)
    table = body.get_input_embeddings().weight
    tied = head is None or head.weight.data_ptr() == table.data_ptr()
    settings = read_config(hf_model.config, tied)
    if family in ("llama", "qwen2"):
        settings["inv_freq"] = _inv_freq(body, settings["rotary_base"])
    if family == "t5" and not hasattr(body, "decoder"):
        settings |= {"architecture": "encoder"}
    config = TransformerConfig(**settings, head=head is not None, tied=tied)
    with torch.device(table.device):
        ours = Transformer(config).to(table.dtype)
    weights = dict(_weights(ours, body, names(config), pieces))
    if not tied:
        weights["out.weight"] = head.weight
    ours.load_state_dict({name: weight.detach().clone() for name, weight in weights.items()})
    return ours.eval()


def attention_from_torch(module: nn.MultiheadAttention) -> MultiHeadAttention:
    """Our attention with the weights of torch's (one size for queries, keys and values)."""
    if module.in_proj_weight is None or module.bias_k is not None or module.add_zero_attn:
        raise ValueError(
            "only attention with kdim = vdim = embed_dim, without added keys, is copied."
        )
    has_bias = module.in_proj_bias is not None
    ours = MultiHeadAttention(module.embed_dim, module.num_heads, bias=has_bias)
    weights = {"out.weight": module.out_proj.weight}
    for name, weight in zip(("query", "key", "value"), module.in_proj_weight.chunk(3), strict=True):
        weights[f"{name}.weight"] = weight
    if has_bias:
        weights["out.bias"] = module.out_proj.bias
        for name, bias in zip(("query", "key", "value"), module.in_proj_bias.chunk(3), strict=True):
            weights[f"{name}.bias"] = bias
    ours.load_state_dict({name: weight.detach().clone() for name, weight in weights.items()})
    return ours.to(module.out_proj.weight).eval()


def _weights(ours: nn.Module, body: nn.Module, names: Names, pieces: Callable) -> Iterator:
    """(our name, weight) for everything the tables name, in our layout."""
    for mine, theirs in names:
        module = body.get_submodule(theirs)
        yield from pieces(mine, module)


def _plain(mine: str, module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """A module's weight and, if it has one, its bias."""
    yield f"{mine}.weight", module.weight
    if getattr(module, "bias", None) is not None:
        yield f"{mine}.bias", module.bias


def _gpt2_pieces(mine: str, module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """GPT-2 stores its matrices transposed, and queries, keys and values side by side."""
    if type(module).__name__ != "Conv1D":
        yield from _plain(mine, module)
        return
    parts = ("query", "key", "value") if mine.endswith("attention") else ("",)
    for part, weight, bias in zip(
        parts, module.weight.T.chunk(len(parts)), module.bias.chunk(len(parts)), strict=True
    ):
        name = f"{mine}.{part}".rstrip(".")
        yield f"{name}.weight", weight
        yield f"{name}.bias", bias


# --- Llama and Qwen2 ----------------------------------------------------------------------------


def _llama(theirs: Any, tied: bool) -> dict[str, Any]:
    qwen = theirs.model_type == "qwen2"
    if qwen and getattr(theirs, "use_sliding_window", False):
        raise ValueError("a Qwen2 model with sliding windows in some layers cannot be copied.")
    bias = qwen or theirs.attention_bias
    return {
        "vocabulary": theirs.vocab_size,
        "hidden_size": theirs.hidden_size,
        "layers": theirs.num_hidden_layers,
        "heads": theirs.num_attention_heads,
        "kv_heads": theirs.num_key_value_heads,
        "head_size": getattr(theirs, "head_dim", None),
        "ffn_dim": theirs.intermediate_size,
        "feed_forward": _kind(theirs.hidden_act, gated=True),
        "attention_bias": bias,
        "out_bias": bias and not qwen,
        "ffn_bias": getattr(theirs, "mlp_bias", False),
        "rotary_base": float(theirs.rope_parameters["rope_theta"]),
        "max_length": theirs.max_position_embeddings,
        "eps": theirs.rms_norm_eps,
    }


def _llama_names(config: TransformerConfig) -> Names:
    yield from (("embedding", "embed_tokens"), ("decoder.norm", "norm"))
    for i in range(config.layers):
        block, layer = f"decoder.blocks.{i}", f"layers.{i}"
        for mine, theirs in (("query", "q"), ("key", "k"), ("value", "v"), ("out", "o")):
            yield f"{block}.attention.{mine}", f"{layer}.self_attn.{theirs}_proj"
        for part in ("gate", "up", "down"):
            yield f"{block}.feed_forward.{part}", f"{layer}.mlp.{part}_proj"
        yield f"{block}.attention_norm", f"{layer}.input_layernorm"
        yield f"{block}.feed_forward_norm", f"{layer}.post_attention_layernorm"


def _inv_freq(body: nn.Module, base: float) -> tuple[float, ...] | None:
    """The rotary angles as the library has worked them out, rescaled ones (Llama 3) included; None
    if they are those of the base, to the last bit."""
    rotary = body.rotary_emb
    if rotary.rope_type not in ("default", "linear", "llama3"):
        raise ValueError(f"rotary positions of the type {rotary.rope_type!r} cannot be copied.")
    inv_freq = rotary.inv_freq.float().tolist()
    return None if inv_freq == frequencies(2 * len(inv_freq), base).tolist() else tuple(inv_freq)


# --- GPT-2 --------------------------------------------------------------------------------------


def _gpt2(theirs: Any, tied: bool) -> dict[str, Any]:
    if theirs.add_cross_attention or theirs.scale_attn_by_inverse_layer_idx:
        raise ValueError("a GPT-2 with cross-attention or scores scaled by layer cannot be copied.")
    return {
        "vocabulary": theirs.vocab_size,
        "hidden_size": theirs.n_embd,
        "layers": theirs.n_layer,
        "heads": theirs.n_head,
        "positions": "learned",
        "norm": "layer",
        "feed_forward": _kind(theirs.activation_function, gated=False),
        "ffn_dim": theirs.n_inner,
        "attention_bias": True,
        "out_bias": True,
        "ffn_bias": True,
        "max_length": theirs.n_positions,
        "score_scale": None if theirs.scale_attn_weights else 1.0,
        "eps": theirs.layer_norm_epsilon,
    }


def _gpt2_names(config: TransformerConfig) -> Names:
    yield from (("embedding", "wte"), ("position_embedding", "wpe"), ("decoder.norm", "ln_f"))
    for i in range(config.layers):
        block, layer = f"decoder.blocks.{i}", f"h.{i}"
        yield f"{block}.attention", f"{layer}.attn.c_attn"
        yield f"{block}.attention.out", f"{layer}.attn.c_proj"
        yield f"{block}.feed_forward.up", f"{layer}.mlp.c_fc"
        yield f"{block}.feed_forward.down", f"{layer}.mlp.c_proj"
        yield f"{block}.attention_norm", f"{layer}.ln_1"
        yield f"{block}.feed_forward_norm", f"{layer}.ln_2"


# --- BERT ---------------------------------------------------------------------------------------


def _bert(theirs: Any, tied: bool) -> dict[str, Any]:
    if theirs.is_decoder or theirs.add_cross_attention:
        raise ValueError("a BERT that was made a decoder cannot be copied.")
    return {
        "vocabulary": theirs.vocab_size,
        "hidden_size": theirs.hidden_size,
        "layers": theirs.num_hidden_layers,
        "heads": theirs.num_attention_heads,
        "architecture": "encoder",
        "positions": "learned",
        "norm": "layer",
        "norm_first": False,
        "embedding_norm": True,
        "segments": theirs.type_vocab_size,
        "feed_forward": _kind(theirs.hidden_act, gated=False),
        "ffn_dim": theirs.intermediate_size,
        "attention_bias": True,
        "out_bias": True,
        "ffn_bias": True,
        "max_length": theirs.max_position_embeddings,
        "eps": theirs.layer_norm_eps,
    }


def _bert_names(config: TransformerConfig) -> Names:
    yield "embedding", "embeddings.word_embeddings"
    yield "position_embedding", "embeddings.position_embeddings"
    yield "segment_embedding", "embeddings.token_type_embeddings"
    yield "embedding_norm", "embeddings.LayerNorm"
    for i in range(config.layers):
        block, layer = f"encoder.blocks.{i}", f"encoder.layer.{i}"
        for part in ("query", "key", "value"):
            yield f"{block}.attention.{part}", f"{layer}.attention.self.{part}"
        yield f"{block}.attention.out", f"{layer}.attention.output.dense"
        yield f"{block}.attention_norm", f"{layer}.attention.output.LayerNorm"
        yield f"{block}.feed_forward.up", f"{layer}.intermediate.dense"
        yield f"{block}.feed_forward.down", f"{layer}.output.dense"
        yield f"{block}.feed_forward_norm", f"{layer}.output.LayerNorm"


# --- T5 -----------------------------------------------------------------------------------------


def _t5(theirs: Any, tied: bool) -> dict[str, Any]:
    scaled = getattr(theirs, "scale_decoder_outputs", tied)
    return {
        "vocabulary": theirs.vocab_size,
        "hidden_size": theirs.d_model,
        "layers": theirs.num_layers,
        "decoder_layers": theirs.num_decoder_layers,
        "heads": theirs.num_heads,
        "head_size": theirs.d_kv,
        "architecture": "encoder-decoder",
        "positions": "relative",
        "feed_forward": _kind(theirs.dense_act_fn, theirs.is_gated_act),
        "ffn_dim": theirs.d_ff,
        "score_scale": 1.0,
        "output_scale": theirs.d_model**-0.5 if scaled else 1.0,
        "buckets": (
            theirs.relative_attention_num_buckets,
            theirs.relative_attention_max_distance,
        ),
        "eps": theirs.layer_norm_epsilon,
    }


def _t5_names(config: TransformerConfig) -> Names:
    yield "embedding", "shared"
    stacks = [("encoder", config.layers)]
    if config.architecture == "encoder-decoder":
        stacks.append(("decoder", config.decoder_layers or config.layers))
    for stack, layers in stacks:
        first = f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias"
        yield f"{stack}.relative.table", first
        yield f"{stack}.norm", f"{stack}.final_layer_norm"
        for i in range(layers):
            yield from _t5_block(f"{stack}.blocks.{i}", f"{stack}.block.{i}.layer", config)


def _t5_block(block: str, layer: str, config: TransformerConfig) -> Names:
    parts = [("attention", "SelfAttention")]
    if block.startswith("decoder"):
        parts.append(("cross", "EncDecAttention"))
    for place, (mine, theirs) in enumerate(parts):
        for ours, short in (("query", "q"), ("key", "k"), ("value", "v"), ("out", "o")):
            yield f"{block}.{mine}.{ours}", f"{layer}.{place}.{theirs}.{short}"
        yield f"{block}.{mine}_norm", f"{layer}.{place}.layer_norm"
    last = f"{layer}.{len(parts)}"
    gated = config.feed_forward.endswith(("glu", "glu_tanh"))
    for mine, theirs in (("gate", "wi_0"), ("up", "wi_1")) if gated else (("up", "wi"),):
        yield f"{block}.feed_forward.{mine}", f"{last}.DenseReluDense.{theirs}"
    yield f"{block}.feed_forward.down", f"{last}.DenseReluDense.wo"
    yield f"{block}.feed_forward_norm", f"{last}.layer_norm"


def _kind(activation: str, gated: bool) -> str:
    """Our name of a feed-forward layer with this activation."""
    if activation not in KINDS:
        known = ", ".join(KINDS)
        raise ValueError(f"the activation {activation!r} cannot be copied; there are: {known}.")
    return KINDS[activation][gated]


FAMILIES = {  # model_type of the library -> how to read its settings, names and weights
    "llama": (_llama, _llama_names, _plain),
    "qwen2": (_llama, _llama_names, _plain),
    "gpt2": (_gpt2, _gpt2_names, _gpt2_pieces),
    "bert": (_bert, _bert_names, _plain),
    "t5": (_t5, _t5_names, _plain),
}
