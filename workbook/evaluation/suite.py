"""The town suite: eight tasks, seven metrics, one table, for any model (after GLUE and HELM).

`run` asks a system every case three times: as it is, with typos, and with other names.
`measure` turns what it said into the seven metrics of HELM (Liang et al. 2022): accuracy,
calibration, robustness, fairness, bias, toxicity, efficiency. A metric that means nothing for a
task stays empty, as in HELM, where 98 of 112 fields are filled. Left out: cost in money.
`workbook evaluate --model PATH` runs it; lesson 09 explains it.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from workbook.core.exercises import attempts
from workbook.core.hub import assets
from workbook.core.runs import records
from workbook.core.runs.experiment import record_path
from workbook.core.runs.intervals import Interval
from workbook.evaluation.bootstrap import bootstrap, bootstrap_statistic
from workbook.evaluation.calibration import calibration_error
from workbook.evaluation.suite_changes import CHANGES, changed, gendered_words
from workbook.evaluation.systems import Answer, Baseline, Ceiling, Model, System
from workbook.tasks import TASKS, Case, cases, task_named

YARDSTICKS = {"baseline": Baseline, "ceiling": Ceiling}
CASES = 200  # of each task in a full run
ALL = tuple(TASKS)
FEWEST = 20  # fewer cases (or gendered words) than this give no number
_WORD = re.compile(r"[a-z]+")
METRICS = {  # name -> (whether more is better, what it is)
    "accuracy": (True, "the task's own score, 0 to 1"),
    "calibration": (False, "ECE: gap between confidence and share right"),
    "robustness": (True, "the worse score of with and without typos"),
    "fairness": (True, "the worse score of foreign names and the town's, where there are any"),
    "bias": (False, "distance from the true answers' share of she-words"),
    "toxicity": (False, "share of answers with one of the town's rude words"),
    "efficiency": (True, "tokens of the true answer per token written, at most 1"),
}


@dataclass(frozen=True)
class TaskResult:
    """What one system did in one task; lists have one entry for each case."""

    system: str
    task: str
    scores: dict[str, list[float]]  # "plain", "typos", "names"
    renamed: list[bool]  # whether the case had a foreign name to change
    confidence: list[float] | None  # p of the plain answer; None for a rule
    she_he: list[list[int]]  # she-words, he-words of the answer, then of the true answer
    rude: list[bool]
    thrift: list[float]  # tokens of the true answer / tokens written, at most 1
    seconds: float  # for one plain answer


def known_tasks(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of tasks as they are; ValueError for one that is not in the suite."""
    return tuple(task_named(name).name for name in names)


def run(system: System, count: int = CASES, tasks: Sequence[str] = ALL) -> list[TaskResult]:
    """Ask a system `count` cases of each task; shows a progress bar."""
    from tqdm import tqdm

    tasks = known_tasks(tasks)
    bar = tqdm(tasks, desc=system.name, file=sys.stdout, leave=False)
    return [run_task(system, task, count) for task in bar]


def run_task(system: System, name: str, count: int) -> TaskResult:
    """One task: the plain cases and both changes, answered and scored."""
    from workbook.town.texts.politeness.politeness import RUDE_WORDS

    plain = cases(name, count)
    task = TASKS[name]
    versions = {"plain": plain} | {c: [changed(case, c) for case in plain] for c in CHANGES}
    asked = [case for version in versions.values() for case in version]
    every = system.answer(task, asked)  # in one go, so that batches are full
    said = {version: every[i * count : (i + 1) * count] for i, version in enumerate(versions)}
    answers = said["plain"]
    she_he = zip(
        gendered_words(a.text for a in answers),
        gendered_words(c.reference for c in plain),
        strict=True,
    )
    return TaskResult(
        system=system.name,
        task=name,
        scores={
            version: [
                round(task.score(a.text, c), 4) for a, c in zip(said[version], asked, strict=True)
            ]
            for version, asked in versions.items()
        },
        renamed=[a != b for a, b in zip(plain, versions["names"], strict=True)],
        confidence=_confidence(answers),
        she_he=[[*mine, *true] for mine, true in she_he],
        rude=[not RUDE_WORDS.isdisjoint(_WORD.findall(a.text.lower())) for a in answers],
        thrift=[_thrift(system, a, c) for a, c in zip(answers, plain, strict=True)],
        seconds=sum(a.seconds for a in answers) / count,
    )


def measure(result: TaskResult, draws: int = 1000) -> dict[str, Interval | None]:
    """The seven metrics of one task with 95 % bootstrap intervals over its cases.

    None where a metric means nothing: a rule has no confidence and writes no tokens.
    """
    scores = result.scores
    typos = [min(pair) for pair in zip(scores["plain"], scores["typos"], strict=True)]
    renamed = [min(pair) for pair in zip(*renamed_scores(result), strict=True)]
    return {
        "accuracy": bootstrap(scores["plain"], draws=draws),
        "calibration": _calibration(result, draws),
        "robustness": bootstrap(typos, draws=draws),
        "fairness": bootstrap(renamed, draws=draws) if len(renamed) >= FEWEST else None,
        "bias": _bias(result, draws),
        "toxicity": bootstrap([float(r) for r in result.rude], draws=draws),
        "efficiency": bootstrap(result.thrift, draws=draws) if result.confidence else None,
    }


def renamed_scores(result: TaskResult) -> tuple[list[float], list[float]]:
    """(plain, other names) of the cases in which a foreign name was changed, to be paired."""
    pairs = zip(result.scores["plain"], result.scores["names"], result.renamed, strict=True)
    chosen = [(plain, named) for plain, named, yes in pairs if yes]
    return [plain for plain, _ in chosen], [named for _, named in chosen]


def overall(results: Sequence[TaskResult]) -> dict[str, float]:
    """Each metric's mean over the tasks that have it, turned so that 1 is best."""
    measured = [measure(result, draws=1) for result in results]
    means = {}
    for name, (more_is_better, _) in METRICS.items():
        values = [m[name].mean for m in measured if m[name] is not None]
        if values:
            mean = sum(values) / len(values)
            means[name] = mean if more_is_better else 1 - mean
    return means


def save(results: Sequence[TaskResult], file: Path | None = None) -> Path:
    """Append results to a record, by default to your own, so that the course's stays as it is.

    The course's rows are made by `workbook record evaluation`.
    """
    file = file or own_path()
    stamp = records.stamp()
    for result in results:
        name = f"{result.system}/{result.task}"
        records.append(file, {"run": name, **asdict(result), "stamp": stamp})
    return file


def recorded(file: Path | None = None) -> dict[str, list[TaskResult]]:
    """Results by system, by default the course's; of a task that was run twice, the last run."""
    latest: dict[tuple[str, str], TaskResult] = {}
    for row in records.read(file or recorded_path()):
        measured = {field.name: row[field.name] for field in fields(TaskResult)}
        latest[row["system"], row["task"]] = TaskResult(**measured)
    found: dict[str, list[TaskResult]] = {}
    for (system, _), result in latest.items():
        found.setdefault(system, []).append(result)
    return found


def recorded_path() -> Path:
    """The course's record, which lesson 09 reads."""
    return record_path("evaluation", "suite")


def own_path() -> Path:
    """Your record, beside your log of exercises."""
    return attempts.log_path().parent / "suite.jsonl"


def open_system(asked: str) -> System:
    """The system for "bundled:town-instruct", a folder or "owner/name@revision"; or "baseline" or
    "ceiling". ValueError, in one sentence, when there is no such model.

    A folder is called by its last two parts, since every training run ends in ".../final".
    """
    from workbook.core.hub import load_model, load_tokenizer

    if asked in YARDSTICKS:
        return YARDSTICKS[asked]()
    place = Path(asked).expanduser()
    if place.exists():
        source, name = str(place.resolve()), "/".join(place.resolve().parts[-2:])
    else:
        source, name = asked, asked.removeprefix("bundled:")
    if not asked.strip() or not (place.exists() or _is_named(asked)):
        raise ValueError(
            f"there is no model at {asked!r}: give a folder, bundled:NAME or owner/name@revision, "
            f"or one of {', '.join(YARDSTICKS)}."
        )
    model = load_model(source)
    try:
        tokenizer = load_tokenizer(source)
    except ValueError as error:
        raise ValueError(
            f"{asked} has no tokenizer that can be read; save it beside the model, with "
            "tokenizer.save_pretrained(folder)."
        ) from error
    return Model(model, tokenizer, name)


def _is_named(asked: str) -> bool:
    """Whether a text that is no path names a bundled model, a model of the Hub, or a role."""
    from workbook.core.hub import loading, sources

    kind, _, name = asked.partition(":")
    if kind == "bundled":
        return bool(name) and (assets.root() / "models" / name).is_dir()
    return asked in loading.TASKS or (
        asked[0] not in "./~" and bool(sources.HUB_ID.fullmatch(asked))
    )


def _confidence(answers: Sequence[Answer]) -> list[float] | None:
    if any(answer.log_prob is None for answer in answers):
        return None
    return [round(math.exp(min(0.0, answer.log_prob)), 4) for answer in answers]


def _thrift(system: System, answer: Answer, case: Case) -> float:
    """Tokens of the reference over tokens written, at most 1; a rule's tokens are words."""
    tokenizer = getattr(system, "tokenizer", None)
    cut = case.reference.split() if tokenizer is None else tokenizer.tokenize(case.reference)
    return round(min(1.0, (len(cut) + 1) / max(1, answer.tokens)), 4)


def _calibration(result: TaskResult, draws: int) -> Interval | None:
    """ECE over ten bins; only where one answer is right and the system has a confidence."""
    if result.confidence is None or not TASKS[result.task].one_answer:
        return None
    import numpy as np

    sure = np.array(result.confidence)
    right = np.array([score == 1 for score in result.scores["plain"]])
    return bootstrap_statistic(
        len(sure), lambda rows: calibration_error(sure[rows], right[rows]), draws=draws
    )


def _bias(result: TaskResult, draws: int) -> Interval | None:
    """|share of she-words among gendered words, answers less true answers|."""
    import numpy as np

    counts = np.array(result.she_he, dtype=float)  # N 4
    if counts[:, :2].sum() < FEWEST or counts[:, 2:].sum() < FEWEST:
        return None

    def distance(rows: np.ndarray) -> float:
        she, he, true_she, true_he = counts[rows].sum(0)
        return abs(she / max(1, she + he) - true_she / max(1, true_she + true_he))

    return bootstrap_statistic(len(counts), distance, draws=draws)
