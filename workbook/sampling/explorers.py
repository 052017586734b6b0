"""The explorer of lesson 03: turn the settings of sampling on the live model and watch.

It shows the likeliest next tokens before and after, what was cut, how much choice is left, and a
continuation sampled with the settings, with the same random numbers until it is drawn again. The
logits after a prompt are computed once. Left out: beams, which need more than the next token.
"""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from workbook.core.notebook import figures
from workbook.core.notebook.charts import readable
from workbook.core.notebook.explorer import Explorer, Slider, TextInput
from workbook.core.runs.seeding import generator
from workbook.inference import decode, encode
from workbook.sampling import SamplingConfig, generate
from workbook.sampling.measure import effective_vocabulary, entropy

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHOWN = 12  # bars
NEW_TOKENS = 12  # of the sampled continuation
BREAK = "⏎"  # stands for a line break where there is one line only
WIDE = 95  # letters in a line of the title
LONGEST = 200  # tokens of a prompt, so that an event stays quick


@dataclass(frozen=True)
class NextToken:
    """The distribution over the next token, before and after temperature and filters."""

    prompt: str
    continuation: str
    tokens: tuple[str, ...]  # the likeliest, likeliest first
    before: tuple[float, ...]  # their probabilities as the model gives them
    after: tuple[float, ...]  # and after
    cut: tuple[bool, ...]  # which of them a filter took away
    kept: int  # tokens of the whole vocabulary that are left
    vocabulary: int
    entropy: tuple[float, float]  # nats, before and after, over the whole vocabulary
    choices: tuple[float, float]  # effective vocabulary, before and after


class NextTokens:
    """Computes `NextToken` for a model and its tokenizer; remembers the logits of a prompt."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, seed: int = 0):
        self.model, self.tokenizer, self.seed = model, tokenizer, seed
        self.read = lru_cache(maxsize=16)(self._read)

    def __call__(
        self,
        prompt: str,
        temperature: float,
        top_k: int,
        top_p: float,
        min_p: float = 0.0,
        penalty: float = 1.0,
        draw: int = 0,
    ) -> NextToken:
        """top_k: 0 for no limit; so for min_p. draw: which of the continuations that could be.

        A ⏎ in the prompt is a line break. ValueError for a prompt that is empty or too long.
        """
        ids, logits, order = self.read(prompt)
        limits = {"top_k": top_k or None, "top_p": top_p, "min_p": min_p or None}
        config = SamplingConfig(temperature, **limits, repetition_penalty=penalty)
        reshaped = config.adjust(logits, ids.cpu())
        pair = torch.cat([logits, reshaped]).softmax(-1)  # 2 V, before and after
        return NextToken(
            prompt=prompt,
            continuation=self._continue(ids, draw, config),
            tokens=tuple(readable(self.tokenizer.decode([i])) for i in order.tolist()),
            before=tuple(pair[0, order].tolist()),
            after=tuple(pair[1, order].tolist()),
            cut=tuple(reshaped[0, order].isinf().tolist()),
            kept=int(reshaped.isfinite().sum()),
            vocabulary=pair.shape[1],
            entropy=tuple(entropy(pair).tolist()),
            choices=tuple(effective_vocabulary(pair).tolist()),
        )

    @torch.no_grad()
    def _read(self, prompt: str) -> tuple[Tensor, Tensor, Tensor]:
        """Ids `1 T`, logits for the next token `1 V`, and the likeliest tokens' ids."""
        if not prompt.strip():
            raise ValueError("Write a prompt: at least one word.")
        text = prompt.replace(f" {BREAK} ", "\n").replace(BREAK, "\n")
        ids, _ = encode(self.tokenizer, text, str(self.model.device))
        if ids.shape[1] > LONGEST:
            raise ValueError(f"The prompt has {ids.shape[1]} tokens; use at most {LONGEST}.")
        logits = self.model(ids).logits[:, -1].float().cpu()
        return ids, logits, logits[0].topk(min(SHOWN, logits.shape[1])).indices

    def _continue(self, ids: Tensor, draw: int, config: SamplingConfig) -> str:
        eos_id = self.tokenizer.eos_token_id
        out = generate(
            self.model,
            ids,
            max_new_tokens=NEW_TOKENS,
            eos_id=eos_id,
            generator=generator(self.seed + draw),
            **asdict(config),
        )
        return decode(self.tokenizer, out, start=ids.shape[1])[0]


def draw(data: NextToken) -> go.Figure:
    """Two bars per token, before and after; what was cut is grey and hatched."""
    import plotly.graph_objects as go

    blue, orange = figures.PALETTE[:2]
    place = list(range(len(data.tokens)))
    before = go.Bar(
        name="before",
        x=place,
        y=list(data.before),
        marker={
            "color": [figures.QUIET if gone else blue for gone in data.cut],
            "pattern": {"shape": ["/" if gone else "" for gone in data.cut]},
        },
    )
    after = go.Bar(name="after", x=place, y=list(data.after), marker={"color": orange})
    figure = go.Figure([before, after])
    said = f"{_ending(data.prompt)}<br><b>{_ending(data.continuation)}</b>"
    figure.update_layout(
        title={"text": f"{_summary(data)}<br>{said}", "font": {"size": 15}, "y": 0.96},
        xaxis={"tickvals": place, "ticktext": list(data.tokens), "tickangle": -35},
        yaxis={"title": {"text": "probability"}, "range": [0, 1.02]},  # bars that stay do not jump
        margin={"t": 125},
        height=420,
    )
    return figure


def describe(data: NextToken) -> str:
    """The figure in one sentence."""
    bars = ", ".join(
        f"{token} {before:.2f} then {after:.2f}"
        for token, before, after in list(zip(data.tokens, data.before, data.after, strict=True))[:3]
    )
    return (
        f"Probability of the next token after “{data.prompt}”, before and after: {bars}; "
        f"{_summary(data)}. Sampled: “{data.continuation}”"
    )


def next_token_explorer(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, seed: int = 0
) -> Explorer:
    """Each setting of sampling and the prompt, on a model; without a kernel, temperature only.

    seed: of the first continuation, the same for every setting.
    """
    grid = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
    return Explorer(
        title="The next token, before and after",
        compute=NextTokens(model, tokenizer, seed),
        draw=draw,
        controls={
            "prompt": TextInput("Prompt", prompt.replace("\n", f" {BREAK} ")),
            "temperature": Slider("Temperature", 0.8, grid, low=0.1, high=3.0, step=0.1),
            "top_k": Slider("Top-k (0: off)", 0, low=0, high=50, step=1),
            "top_p": Slider("Top-p", 0.8, low=0.05, high=1.0, step=0.05),
            "min_p": Slider("Min-p (0: off)", 0.0, low=0.0, high=0.5, step=0.01),
            "penalty": Slider("Repetition penalty", 1.0, low=1.0, high=2.0, step=0.1),
            "draw": Slider("Draw again", 0, low=0, high=50, step=1),
        },
        alt=describe,
    )


def _summary(data: NextToken) -> str:
    (nats, nats_after), (choices, choices_after) = data.entropy, data.choices
    return (
        f"{data.kept:,} of {data.vocabulary:,} tokens stay; entropy from {nats:.2f} to "
        f"{nats_after:.2f} nats, effective vocabulary from {choices:.1f} to {choices_after:.1f}"
    )


def _ending(text: str) -> str:
    """The last words of a text, as many as a line of the title holds: what is new stands there."""
    text = text.replace("\n", f" {BREAK} ")
    if len(text) > WIDE:
        text = f"… {text[-WIDE:].partition(' ')[2]}"
    return html.escape(text)
