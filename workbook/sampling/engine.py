"""The fast engine: one decoding step of a plain Llama model, with as little around it as possible.

On a small model most of a step's time goes not into arithmetic but into getting to it. So here
1. each layer's three attention inputs are one matrix product, and so are the two of its MLP;
2. weights are stored in the order in which the processor reads them (a copy, made once);
3. keys and values go into memory reserved in advance (`workbook.sampling.cache`);
4. the rotary tables are computed once per text, sums are added in place, and on a GPU the whole
   step is recorded as a CUDA graph (`workbook.sampling.graph`).
The numbers equal the model's own to rounding. Left out: biases, dropout, training, other
architectures (`engine_cache.unsupported_reason` says why a model is refused), speculative decoding.
Lesson 03 reads `naive`, `cached` and `generate` first; this is the same arithmetic.

Shapes: B batch, T new tokens, C channels, H heads, K key-value heads, D head size, V vocabulary,
R reserved columns, I inputs and O outputs of a weight.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.sampling.cache import KVCache

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Layer(NamedTuple):
    """One decoder layer."""

    norm: Tensor  # C
    qkv: Transposed | Packed  # C -> (H + 2 K) D
    out: Transposed | Packed  # H D -> C
    mlp_norm: Tensor  # C
    gate_up: Transposed | Packed  # C -> 2 F
    down: Transposed | Packed  # F -> C


class FusedLlama:
    """The weights of a Llama model, laid out for reading one token at a time.

    packed: whether to pack them for several rows at a time (see `Packed`).
    """

    def __init__(self, model: PreTrainedModel, packed: bool):
        config, body = model.config, model.model
        self.heads, self.kv_heads = config.num_attention_heads, config.num_key_value_heads
        self.head_size, self.eps = body.layers[0].self_attn.head_dim, config.rms_norm_eps
        self.embedding, self.norm = body.embed_tokens.weight, body.norm.weight
        self.rotary = body.rotary_emb
        self.product = Packed if packed else Transposed
        self.layers = [self._layer(layer) for layer in body.layers]
        self.head = self.product(model.lm_head.weight)
        self.recording = None  # a GPU's recorded step (`workbook.sampling.graph`)

    def _layer(self, layer: torch.nn.Module) -> Layer:
        attention, mlp, product = layer.self_attn, layer.mlp, self.product
        return Layer(
            norm=layer.input_layernorm.weight,
            qkv=product(attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight),
            out=product(attention.o_proj.weight),
            mlp_norm=layer.post_attention_layernorm.weight,
            gate_up=product(mlp.gate_proj.weight, mlp.up_proj.weight),
            down=product(mlp.down_proj.weight),
        )

    def read(
        self,
        ids: Int[Tensor, "B T"],
        cache: KVCache,
        turn: tuple[Float[Tensor, "T D"], Float[Tensor, "T D"]],
        bias: Float[Tensor, "B 1 T R"] | None,
    ) -> Float[Tensor, "B V"]:
        """Logits `B V` after the last of the new tokens.

        ids: `B T`. turn: cosines and signed sines of their positions, `T D` each.
        bias: added to the attention scores, `B 1 T R`; None if nothing but the future is hidden.
        """
        B, T = ids.shape
        H, K, D = self.heads, self.kv_heads, self.head_size
        x = F.embedding(ids.reshape(-1), self.embedding)  # BT C
        C = x.shape[1]
        for place, layer in enumerate(self.layers):
            heads = layer.qkv(F.rms_norm(x, (C,), layer.norm, self.eps))
            heads = heads.view(B, T, H + 2 * K, D).transpose(1, 2)  # B H+2K T D
            turned = rotate(heads[:, : H + K], turn)
            keys, values = cache.update(place, turned[:, H:], heads[:, H + K :])
            mixed = F.scaled_dot_product_attention(
                turned[:, :H],
                keys,
                values,
                attn_mask=bias,
                is_causal=T > 1 and bias is None,
                enable_gqa=H > K,
            )
            layer.out.add_to(x, mixed.transpose(1, 2).reshape(B * T, H * D))
            gate, up = layer.gate_up(F.rms_norm(x, (C,), layer.mlp_norm, self.eps)).chunk(2, -1)
            layer.down.add_to(x, F.silu(gate).mul_(up))
        last = x.view(B, T, C)[:, -1]
        return self.head(F.rms_norm(last, (C,), self.norm, self.eps))

    def rotary_tables(self, max_seq_len: int) -> tuple[Float[Tensor, "R D"], Float[Tensor, "R D"]]:
        """Cosines and sines of all positions, `R D` each; the first half's sines negated."""
        place = torch.arange(max_seq_len, device=self.embedding.device)
        cos, sin = (table[0] for table in self.rotary(self.embedding, place[None]))
        half = self.head_size // 2
        return cos, torch.cat([-sin[:, :half], sin[:, half:]], 1)

    def new_cache(self, rows: int, max_seq_len: int, kind: type[KVCache] = KVCache) -> KVCache:
        """An empty cache for `rows` texts of at most `max_seq_len` tokens."""
        shape = (rows, self.kv_heads, max_seq_len, self.head_size)
        return kind(len(self.layers), shape, self.embedding)


def rotate(
    x: Float[Tensor, "B H T D"], turn: tuple[Float[Tensor, "T D"], Float[Tensor, "T D"]]
) -> Float[Tensor, "B H T D"]:
    """Rotary positions (Su et al. 2021): turn the pair (i, i + D/2) of `B H T D` by its angle."""
    cos, signed_sin = turn
    return torch.addcmul(x * cos, x.roll(x.shape[-1] // 2, -1), signed_sin)


class Transposed:
    """x -> x times the weights (`out in` each) side by side, from a transposed copy."""

    def __init__(self, *weights: Tensor):
        self.weight = torch.cat([weight.detach() for weight in weights]).t().contiguous()  # in out

    def __call__(self, x: Tensor) -> Tensor:
        return torch.mm(x, self.weight)

    def add_to(self, total: Tensor, x: Tensor) -> None:
        """total += x times the weights, in one operation."""
        total.addmm_(x, self.weight)


class Packed:
    """The same for float32 on a CPU, from a copy that oneDNN has packed into blocks.

    For several rows at once it is up to twice as fast; for a single row, calling it costs more
    than it gains. torch offers it only under a private name (its compiler uses it), so where the
    name is gone (`can_pack`) the transposed copy does the job.
    """

    ROWS = 32  # a hint to oneDNN; every number of rows works

    def __init__(self, *weights: Tensor):
        weight = torch.cat([weight.detach() for weight in weights])
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, self.ROWS)
        self.linear = torch.ops.mkldnn._linear_pointwise

    def __call__(self, x: Tensor) -> Tensor:
        return self.linear(x, self.weight, None, "none", [], "")

    def add_to(self, total: Tensor, x: Tensor) -> None:
        """total += x times the weights."""
        total += self(x)


def can_pack(weight: Float[Tensor, "O I"]) -> bool:
    """True where this torch can pack a weight `O I` for oneDNN."""
    names = ("_reorder_linear_weight", "_linear_pointwise")
    has_names = all(hasattr(torch.ops.mkldnn, name) for name in names)
    suits = weight.device.type == "cpu" and weight.dtype == torch.float32
    return suits and has_names and torch.backends.mkldnn.is_available()


class LlamaReader:
    """Reads text with the engine; see `workbook.sampling.readers.Reader`."""

    def __init__(self, llama: FusedLlama):
        self.llama, self.device = llama, llama.embedding.device

    @torch.inference_mode()
    def start(
        self, ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None, max_seq_len: int
    ) -> Float[Tensor, "B V"]:
        B, T = ids.shape
        self.cache = self.llama.new_cache(B, max_seq_len)
        self.cos, self.sin = self.llama.rotary_tables(max_seq_len)
        self.bias = bias = None
        if keep_mask is not None:
            self.bias = hidden(keep_mask, max_seq_len, self.cos)  # B 1 1 R
            bias = self.bias[..., :T] + future(T, self.cos)  # B 1 T T
        logits = self.llama.read(ids, self.cache, self.turn(0, T), bias)
        self.cache.advance(T)
        return logits

    @torch.inference_mode()
    def step(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B V"]:
        at = self.cache.length
        bias = None if self.bias is None else self.bias[..., : at + 1]
        logits = self.llama.read(ids[:, None], self.cache, self.turn(at, at + 1), bias)
        self.cache.advance(1)
        return logits

    @torch.inference_mode()
    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        self.cache.reorder(rows)
        if self.bias is not None:
            self.bias = self.bias[rows]

    def turn(self, start: int, end: int) -> tuple[Float[Tensor, "T D"], Float[Tensor, "T D"]]:
        """The rotary tables for columns start to end, `T D`.

        Only the difference of two rotary positions matters, so padding on the left shifts nothing.
        """
        return self.cos[start:end], self.sin[start:end]


def hidden(
    keep_mask: Bool[Tensor, "B T"], max_seq_len: int, like: Float[Tensor, " ..."]
) -> Float[Tensor, "B 1 1 R"]:
    """A bias `B 1 1 R` that hides padding; columns that are still to come count as real.

    It is the lowest number, not -inf: a padded row that sees nothing real must not become NaN.
    """
    bias = like.new_zeros(len(keep_mask), 1, 1, max_seq_len)
    bias[:, 0, 0, : keep_mask.shape[1]].masked_fill_(~keep_mask, torch.finfo(like.dtype).min / 2)
    return bias


def future(tokens: int, like: Float[Tensor, " ..."]) -> Float[Tensor, "T T"]:
    """A bias `T T` that hides from each token those after it."""
    return like.new_full((tokens, tokens), torch.finfo(like.dtype).min / 2).triu(1)
