"""Does our loop tune as the libraries do? Three trainings a seed, scored on held-out texts.

`workbook record finetuning library` tunes with our loop, with the library on the same texts in the
same order, and with the library in an order of its own, and adds a line for each seed to
`data/runs/finetuning/library.jsonl`. "decoder": the town's model
and `SFTTrainer` on summaries; "encoder-decoder": a T5 from nothing and `Seq2SeqTrainer` on
sentiment. `table` puts the lines together. Left out: the loops themselves, in `library.py`.
Lesson 08.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import mean
from typing import TYPE_CHECKING, Any

from workbook.core.hub import load_model, load_tokenizer
from workbook.core.runs import Experiment, Interval, Job, job
from workbook.finetuning import library
from workbook.finetuning.data import chats
from workbook.finetuning.families import FAMILIES, ask, cases, measure_baseline, score
from workbook.tasks import Case
from workbook.training.data import exchanges
from workbook.training.models import small_t5
from workbook.training.seq2seq import answers

if TYPE_CHECKING:
    import pandas

STEPS = {"decoder": 40, "encoder-decoder": 200}
FAMILY = {"decoder": "summarise", "encoder-decoder": "sentiment"}
FIRST = 40  # steps in which two equal loops must not part
CASES = 100  # about people and places that no training has seen
BASELINE = "baseline"
UNTUNED, OURS, SAME, OWN = "untuned", "ours", "library, same order", "library, its own order"


def run(part: str, seed: int, steps: int | None = None, count: int = CASES) -> dict[str, Any]:
    """Tune three times on one seed's texts; scores of each case, and the losses on the way."""
    family, steps = FAMILY[part], steps or STEPS[part]
    train = chats(family, steps * library.ROWS, seed=seed)
    asked = cases(family, count)
    trainings, say = (_decoder if part == "decoder" else _both)(train, asked, steps, seed)
    scores, losses = {UNTUNED: score(family, say(None), asked)}, {}
    for name, training in trainings.items():
        tuned = training()
        scores[name] = [round(each, 4) for each in score(family, say(tuned), asked)]
        losses[name] = [round(loss, 7) for loss in tuned.losses]
    return {"part": part, "steps": steps, "rows": library.ROWS, "scores": scores, "losses": losses}


Trainings = dict[str, Callable[[], library.Trained]]
Say = Callable[[library.Trained | None], list[str]]  # what a model answers; None: the model before


def _decoder(train: list, asked: list[Case], steps: int, seed: int) -> tuple[Trainings, Say]:
    model, tokenizer = load_model("bundled:town-lm"), load_tokenizer("bundled:town-lm")
    given = model, tokenizer, train, steps, seed
    return {
        OURS: lambda: library.with_fit(*given),
        SAME: lambda: library.with_sft_trainer(*given),
        OWN: lambda: library.with_sft_trainer(*given, own_order=True),
    }, lambda tuned: ask(tuned.model if tuned else model, tokenizer, asked[0].task, asked)


def _both(train: list, asked: list[Case], steps: int, seed: int) -> tuple[Trainings, Say]:
    tokenizer = load_tokenizer("bundled:town-lm")
    model = small_t5(tokenizer, seed).eval()
    given = model, tokenizer, [texts for chat in train for texts in exchanges(chat)], steps, seed
    prompts = [case.prompt for case in asked]
    return {
        OURS: lambda: library.pairs_with_fit(*given),
        SAME: lambda: library.with_seq2seq_trainer(*given),
        OWN: lambda: library.with_seq2seq_trainer(*given, own_order=True),
    }, lambda tuned: answers(tuned.model if tuned else model, tokenizer, prompts, 8)


def table(part: str) -> pandas.DataFrame:
    """The recorded runs of a part: mean score, and the difference from ours over the seeds.

    Where the interval holds 0, the two agree. The last columns are the largest difference between
    the losses of one step, in nats: rounding, which a model made from nothing slowly blows up. The
    baseline is a fixed rule on the same cases; a ceiling of every measure is 1.
    """
    import pandas as pd

    found = [each for each in LIBRARY.read("library") if each["part"] == part]
    rows = {
        name: {
            FAMILIES[FAMILY[part]].measure: round(mean(_means(found, name)), 3),
            "less ours": str(gaps(found)[name]) if name != OURS else "",
            f"first {FIRST} losses differ by": _short(found, FIRST) if name == SAME else "",
            "all losses differ by": _short(found) if name == SAME else "",
        }
        for name in (UNTUNED, OURS, SAME, OWN)
    }
    baseline = mean(measure_baseline((FAMILY[part],), CASES)[FAMILY[part]])
    baseline_row = {FAMILIES[FAMILY[part]].measure: round(baseline, 3)}
    return pd.DataFrame({BASELINE: baseline_row, **rows}).T.fillna("")


def gaps(found: Sequence[Mapping[str, Any]]) -> dict[str, Interval]:
    """Each training's mean score less ours, over the seeds, with Student's 95 % interval."""
    ours = _means(found, OURS)
    return {
        name: Interval.of_seeds([m - o for m, o in zip(_means(found, name), ours, strict=True)])
        for name in (UNTUNED, SAME, OWN)
    }


def _means(found: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [mean(each["scores"][name]) for each in found]


def largest_gap(found: Sequence[Mapping[str, Any]], steps: int | None = None) -> float:
    """The largest difference between ours and the library's loss of one step, in the same order.

    steps: only of the first so many.
    """
    return max(
        abs(ours - theirs)
        for each in found
        for ours, theirs in zip(
            each["losses"][OURS][:steps], each["losses"][SAME][:steps], strict=True
        )
    )


def _short(found: Sequence[Mapping[str, Any]], steps: int | None = None) -> str:
    return f"{largest_gap(found, steps):.0e}"


def jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each comparison: a decoder's and an encoder-decoder's."""
    return (job(run, part, seed=seed) for part in STEPS for seed in seeds)


LIBRARY = Experiment("finetuning", {"library": jobs})
