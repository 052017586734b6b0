"""The Hub models and data sets that the course names itself, with what is known before a fetch.

Sizes follow from the architecture, so `workbook doctor` can speak of them without a network; the
tests build each architecture and count. A commit is given where it is known; "main" means that
the commit of the first fetch is kept (`workbook.core.hub.verified.pin`). Read by
`workbook.core.system.profile`; a model of your own needs no entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.core.system.memory import Shape


@dataclass(frozen=True)
class Entry:
    """What is known of a Hub model or data set before it is fetched."""

    licence: str
    megabytes: int  # to fetch, 1 MB = 10**6 bytes
    shape: Shape | None = None  # None: a data set


def _model(licence: str, stored: int, other: int, *sizes: int, **more: bool) -> Entry:
    """A model's entry; stored: bytes of a weight in its file, other: MB of tokenizer and so on."""
    shape = Shape(*sizes, **more)  # type: ignore[arg-type]  # mypy takes sizes for the flags too
    return Entry(licence, sizes[0] * stored // 10**6 + other, shape)


QWEN = "Qwen/Qwen2.5-0.5B@060db6499f32faf8b98477b0a26969ef7d8b9987"
QWEN_INSTRUCT = "Qwen/Qwen2.5-0.5B-Instruct@7ae557604adf67be50417f59c2c2f167def9a775"
QWEN_LARGE = "Qwen/Qwen2.5-1.5B@8faed761d45a263340a0528343f099c05c9a4323"
QWEN_INSTRUCT_LARGE = "Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28"
FLAN = "google/flan-t5-base@7bcac572ce56db69c1ea7c8af255c5d7c9672fc2"
FLAN_LARGE = "google/flan-t5-large@0613663d0d48ea86ba8cb3d7a44f0f65dc596a2a"
HATE = "facebook/roberta-hate-speech-dynabench-r4-target@main"
MINILM = "sentence-transformers/all-MiniLM-L6-v2@c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
DIALOGSUM = "knkarthick/dialogsum@main"

# Why these: Qwen2.5 at 0.5, 1.5 and 7 billion (not 3, whose licence forbids commerce) shares one
# tokenizer, so that a small one can learn from, or draft for, a large one; SmolLM2-360M is a third
# smaller, but stands alone. A 40 GB card trains the larger base and seq2seq models whole; the
# larger instruct model only answers there, or learns through adapters.
# Sizes: parameters, layers, C, H, key heads, D, ffn_dim, V.
APACHE, ENCODER = "Apache-2.0", {"generates": False, "has_dropout": True}
T5 = {"has_dropout": True, "is_fused": False}
ENTRIES = {
    QWEN: _model(APACHE, 2, 11, 494_032_768, 24, 896, 14, 2, 64, 4864, 151_936),
    QWEN_INSTRUCT: _model(APACHE, 2, 11, 494_032_768, 24, 896, 14, 2, 64, 4864, 151_936),
    QWEN_LARGE: _model(APACHE, 2, 11, 1_543_714_304, 28, 1536, 12, 2, 128, 8960, 151_936),
    QWEN_INSTRUCT_LARGE: _model(APACHE, 2, 11, 7_615_616_512, 28, 3584, 28, 4, 128, 18944, 152_064),
    FLAN: _model(APACHE, 4, 3, 247_577_856, 24, 768, 12, 12, 64, 2048, 32_128, **T5),
    FLAN_LARGE: _model(APACHE, 4, 3, 783_150_080, 48, 1024, 16, 16, 64, 2816, 32_128, **T5),
    HATE: _model("see its page", 4, 2, 124_647_170, 12, 768, 12, 12, 64, 3072, 50_265, **ENCODER),
    MINILM: _model(APACHE, 4, 1, 22_713_216, 6, 384, 12, 12, 32, 1536, 30_522, **ENCODER),
    DIALOGSUM: Entry("CC BY-NC-SA 4.0", 12),
}
SMALLER = {  # role -> what to suggest when memory is short, larger ones first
    "base": (QWEN, "bundled:town-lm"),
    "instruct": (QWEN_INSTRUCT, "bundled:town-instruct"),
    "seq2seq": (FLAN,),
}
