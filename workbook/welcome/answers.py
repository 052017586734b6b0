"""Three generations answer one question: ELIZA, a Markov chain, a language model.

`Trio.ask` gives three `Reply`s, each with a word on how it came about. `LanguageModel` is any
model that fills the role "instruct": with a chat template or without, decoder or encoder-decoder.
Decoding is greedy. Left out: other ways to decode (lesson 03) and good prompts (lesson 04).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import exp
from typing import TYPE_CHECKING

from workbook.welcome.eliza import Eliza
from workbook.welcome.markov import Chain, joined, words

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

NEW_TOKENS = 40
LONGEST = 300  # characters of a question
WHO = ("ELIZA (1966)", "Markov chain", "Language model")
PATTERN = "Question: {}\nAnswer:"  # for what was never taught to chat


@dataclass(frozen=True)
class Reply:
    """What one of the three said, and how it came to say it."""

    who: str
    text: str
    how: str


class LanguageModel:
    """A model with its tokenizer, asked one-turn questions."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model, self.tokenizer = model, tokenizer

    @property
    def name(self) -> str:
        """The last part of where it was loaded from."""
        return str(self.model.name_or_path).rstrip("/").rpartition("/")[2] or "a language model"

    @cached_property
    def parameters(self) -> int:
        return sum(weight.numel() for weight in self.model.parameters())

    @property
    def reads_apart(self) -> bool:
        """True for an encoder-decoder: the question is read by another part than writes."""
        return bool(self.model.config.is_encoder_decoder)

    def reply(self, questions: Sequence[str], new_tokens: int = NEW_TOKENS) -> list[str]:
        """One answer to each question, by greedy decoding."""
        return [text for text, _ in self.replies(questions, new_tokens)]

    def replies(
        self, questions: Sequence[str], new_tokens: int = NEW_TOKENS
    ) -> list[tuple[str, list[float]]]:
        """(answer, probability of each of its tokens) for each question, of any lengths.

        ValueError for a question that leaves the model no room for an answer.
        """
        from workbook.inference import complete_ids

        rows = [self._encoded(question) for question in questions]
        new_tokens = self._room(rows, new_tokens)
        written = complete_ids(self.model, self.tokenizer, rows, new_tokens)
        return [(self._text(one.text), [exp(p) for p in one.log_probs]) for one in written]

    def prompt(self, question: str) -> str:
        """The question as the model reads it: in its chat template, if it has one.

        An encoder-decoder without a template gets the bare question, a decoder a pattern to go on.
        """
        if self.tokenizer.chat_template:
            return self.tokenizer.decode(self._encoded(question))
        return question if self.reads_apart else PATTERN.format(question)

    def _encoded(self, question: str) -> list[int]:
        """Token ids of the question as the model reads it."""
        from workbook.inference import chat_ids, text_ids

        if self.tokenizer.chat_template:
            return chat_ids(self.tokenizer, question)
        return text_ids(self.tokenizer, self.prompt(question), self.reads_apart)

    def _room(self, rows: list[list[int]], new_tokens: int) -> int:
        """How many new tokens fit beside the longest prompt, at most those asked for."""
        longest = getattr(self.model.config, "max_position_embeddings", None)
        if longest is None or self.reads_apart:  # there, question and answer do not share a text
            return new_tokens
        most = max(map(len, rows))
        if most >= longest:
            raise ValueError(
                f"the question has {most} tokens with its template, but the model was built for "
                f"{longest}: ask in fewer words."
            )
        return min(new_tokens, longest - most)

    def _text(self, text: str) -> str:
        """The answer; up to the end of the line where the pattern was used."""
        return text if self.tokenizer.chat_template else text.partition("\n")[0].strip()


class Trio:
    """ELIZA, a chain of words and a language model, asked the same question."""

    def __init__(self, chain: Chain, model: LanguageModel) -> None:
        self.chain, self.model = chain, model
        self.ask = lru_cache(maxsize=64)(self._ask)

    def _ask(self, question: str, seed: int = 0) -> tuple[Reply, Reply, Reply]:
        """Three answers; each meets the question for the first time.

        seed: of the chain's walk, which the question changes too. ValueError for a question that is
        empty or too long.
        """
        if len(question) > LONGEST:
            raise ValueError(f"Ask in at most {LONGEST} characters, not {len(question)}.")
        eliza = Eliza().answer(question)
        chain = self.chain_reply(question, f"{seed}/{question}")
        ((text, probs),) = self.model.replies([question])
        walk = f"each word drawn after the {self.chain.n - 1} before it"
        doubt = f"{len(probs)} tokens, the least certain with p = {min(probs):.3f}"
        return (
            Reply(WHO[0], eliza.text, eliza.how),
            Reply(WHO[1], chain, walk),
            Reply(WHO[2], text or "(nothing)", doubt),
        )

    def replies(self, questions: Sequence[str], seed: int = 0) -> tuple[list[str], ...]:
        """The answers to many questions: a list for each of the three, the model's in batches."""
        eliza = [Eliza().reply(question) for question in questions]
        chain = [self.chain_reply(question, f"{seed}/{question}") for question in questions]
        return eliza, chain, self.model.reply(questions)

    def chain_reply(self, question: str, seed: int | str = 0) -> str:
        """How the chain goes on after a question: one line, drawn by the seed."""
        added = self.chain.write(words(PATTERN.format(question)), seed=seed)
        return joined(added).strip().partition("\n")[0] or "(nothing)"
