"""Endless text about the town: `stream(kind, split, seed)` yields documents without end.

Document number i of a stream depends on (kind, split, seed, i) alone, so any document can be made
again without the ones before it, on any platform. `mixture` draws kinds by weight, which is what
the town's language model reads. Views for the `datasets` library are at the end of the file.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import count, islice
from typing import TYPE_CHECKING

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS, Town
from workbook.town.towns import town_for
from workbook.town.writer import Document, Writer

if TYPE_CHECKING:
    import datasets

# kind: (module in workbook.town.texts, function)
KINDS = {
    "page": ("pages.pages", "page"),
    "dialogue": ("dialogues.dialogues", "dialogue"),
    "passage": ("reading.passages", "passage"),
    "recall": ("questions.recall", "recall"),
    "news": ("news.news", "news"),
    "letter": ("letters.letters", "letter"),
    "review": ("reviews.reviews", "review"),
    "problem": ("problems.problems", "problem"),
    "timetable": ("timetable.timetable", "timetable"),
    "multihop": ("multihop.multihop", "multihop"),
    "entailment": ("entailment.entailment", "entailment"),
    "extraction": ("extraction.extraction", "extraction"),
    "dialect": ("dialect", "dialect"),
    "politeness": ("politeness.politeness", "rewrite"),
    "series": ("series.series", "series"),
    "reading": ("reading.reading", "reading"),
    "refusal": ("questions.refusals", "refusal"),
    "sums": ("problems.sums", "sums"),
    "worked_problem": ("problems.problem_chats", "worked_problem"),
    "program": ("problems.programs", "program"),
    "tone": ("customers.tone", "tone"),
    "turns": ("turns.turns", "turns"),
    "critique": ("customers.critique", "critique"),
    "proof": ("multihop.proofs", "proof"),
    "trace": ("multihop.traces", "trace"),
    "elsewhere": ("elsewhere", "elsewhere"),
    "instruction": ("instructions", "instruction"),
}

# What share of the documents each kind has in the raw text the language model reads.
RAW_MIXTURE = {
    "passage": 0.30,
    "dialogue": 0.17,
    "page": 0.17,
    "recall": 0.14,
    "review": 0.04,
    "news": 0.03,
    "letter": 0.03,
    "problem": 0.03,
    "timetable": 0.015,
    "multihop": 0.02,
    "entailment": 0.015,
    "extraction": 0.015,
    "dialect": 0.015,
    "politeness": 0.01,
}


@lru_cache(maxsize=64)
def _renderer(kind: str) -> Callable[[Writer], Document]:
    if kind not in KINDS:
        raise ValueError(f"no kind of text is called {kind!r}; there are {', '.join(KINDS)}")
    from importlib import import_module

    module, function = KINDS[kind]
    return getattr(import_module(f"workbook.town.texts.{module}"), function)


def document(
    kind: str, split: str = "train", seed: int = 0, index: int = 0, town: Town | None = None
) -> Document:
    """Return document number `index` of a stream; `town` replaces the one it is about.

    Raises ValueError for an unknown kind or split.
    """
    if split not in SPLITS:
        raise ValueError(f"no split is called {split!r}; there are {', '.join(SPLITS)}")
    render = _renderer(kind)
    source = ChoiceSource(f"{kind}/{split}/{seed}/{index}")
    return render(Writer(source, town or town_for(kind, source, split), split))


def stream(
    kind: str, split: str = "train", seed: int = 0, start: int = 0, town: Town | None = None
) -> Iterator[Document]:
    """Yield documents of one kind without end, from number `start` on."""
    return (document(kind, split, seed, index, town) for index in count(start))


def mixture(
    weights: Mapping[str, float] = RAW_MIXTURE,
    split: str = "train",
    seed: int = 0,
    start: int = 0,
) -> Iterator[Document]:
    """Documents of several kinds without end, each kind drawn by its weight.

    The choice of the kind is part of what the generator chose, so it is added to `nats`.
    """
    kinds, shares = tuple(weights), tuple(weights.values())
    for index in count(start):
        source = ChoiceSource(f"mixture/{split}/{seed}/{index}")
        drawn = document(source.weighted(kinds, shares), split, seed, index)
        yield Document(
            drawn.text, drawn.kind, drawn.nats + source.nats, drawn.facts, split, drawn.fields
        )


def _row(drawn: Document) -> dict[str, object]:
    return {"text": drawn.text, "kind": drawn.kind, "nats": drawn.nats}


def iterable_dataset(kind: str, split: str = "train", seed: int = 0) -> "datasets.IterableDataset":
    """The stream as an endless `datasets.IterableDataset` with columns text, kind and nats."""
    import datasets

    def rows(kind: str, split: str, seed: int) -> Iterator[dict[str, object]]:
        return (_row(drawn) for drawn in stream(kind, split, seed))

    arguments = {"kind": kind, "split": split, "seed": seed}
    return datasets.IterableDataset.from_generator(rows, gen_kwargs=arguments)


def dataset(kind: str, count: int, split: str = "train", seed: int = 0) -> "datasets.Dataset":
    """The first `count` documents as a `datasets.Dataset` held in memory."""
    import datasets

    if count < 1:
        raise ValueError(f"a data set needs at least one document, not {count}")
    return datasets.Dataset.from_list([_row(d) for d in islice(stream(kind, split, seed), count)])
