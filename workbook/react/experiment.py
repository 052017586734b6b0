"""The lesson's long runs: the agent is tuned, then asked about towns and people it never met.

`workbook record react` makes what `data/runs/react/` lacks: "ceiling" is the planner, which takes a
minute; "agent" tunes town-agent by its recipe and puts it where `agent.load_agent` looks; "answers"
puts it and town-instruct to questions with tools, from memory, and with the proof in the prompt
(`tasks.chance` says what guessing gets);
"problems" compares steps, programs and majorities. Left out: act-only and reason-only agents.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbook.core.runs import Experiment, Job, job
from workbook.core.runs.files import replacing
from workbook.react import pal
from workbook.react.adapters import HuggingFace
from workbook.react.agent import ADAPTER_FILE, AGENT, PLANNER, agent_folder, model_named
from workbook.react.failures import classify, count
from workbook.react.loop import run
from workbook.react.models import Model
from workbook.react.record import Trace
from workbook.react.tasks import Problem, Question, problems, questions
from workbook.react.tools import town_tools

CASES = 300  # questions, a third of each sort
PROBLEMS, SAMPLES, TEMPERATURE = 200, 8, 0.7
INSTRUCT = "bundled:town-instruct"
WAYS = ("tools", "memory", "proof")  # how a question is put
RECIPE = "town-agent.toml"


@lru_cache(maxsize=3)
def model_of(name: str) -> Model:
    """Return a model by name, loaded once."""
    return model_named(name)


def run_tuning(seed: int, *settings: str) -> dict[str, Any]:
    """Tune the agent by its recipe and put the adapter into `agent_folder`.

    settings: "key=value", on top of the recipe.
    """
    from workbook.lora.recipe import from_recipe
    from workbook.training import recipe_runs, recipes

    file = Path(recipes.__file__).parent / "recipes" / RECIPE
    out = agent_folder().with_name(f"{AGENT}.run")
    recipe, config = recipes.read("finetune", file, [f"out={out}", f"seed={seed}", *settings])
    started = time.process_time()
    done = recipe_runs.finetune(recipe, config, from_recipe(recipe))  # type: ignore[arg-type]
    with replacing(agent_folder()) as draft:
        draft.mkdir()
        for name in ("adapter_model.safetensors", ADAPTER_FILE):
            shutil.copy(out / "final" / name, draft / name)
        shutil.copy(out / "recipe.json", draft / "recipe.json")
        _name_base(draft / ADAPTER_FILE, recipe.model)
    shutil.rmtree(out)
    model_of.cache_clear()
    return {"summary": done.summary(), "cpu_seconds": round(time.process_time() - started, 1)}


def _name_base(config: Path, base: str) -> None:
    """Name what the adapter belongs to as the course does, not by a path of this machine."""
    said = json.loads(config.read_text(encoding="utf-8")) | {"base_model_name_or_path": base}
    config.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def run_answers(name: str, way: str, seed: int, cases: int = CASES) -> dict[str, Any]:
    """Ask a model the questions in one way; which are right, of each sort, and why others fail."""
    model = model_of(name)
    asked = questions(cases)
    if way == "tools":
        traces = [run(case.request, model, town_tools(case.town)) for case in asked]
    else:
        traces = [_told(case, model, way) for case in asked]
    pairs = list(zip(traces, asked, strict=True))
    right = {sort: [int(classify(t, c.answer) == "right") for t, c in pairs if c.sort == sort]
             for sort in dict.fromkeys(case.sort for case in asked)}  # fmt: skip
    return {
        "model": name, "way": way, "right": right,
        "failures": count((trace, case.answer) for trace, case in pairs),
        "steps": [len(trace.steps) for trace in traces],
        "new_tokens": [trace.new_tokens for trace in traces],
        "prompt_tokens": [trace.prompt_tokens for trace in traces],
        "seconds": round(sum(trace.seconds for trace in traces), 2),
        "example": traces[0].to_json(),
    }  # fmt: skip


def _told(case: Question, model: Model, way: str) -> Trace:
    """A question answered in one reply: from memory, or with its facts in the prompt."""
    asked = case.proof_request if way == "proof" else case.question
    reply = model([{"role": "user", "content": asked}], stop=(), max_tokens=110)
    return Trace(asked, (), "finished", pal.read_answer(reply.text) or reply.text)


def run_problems(name: str, seed: int, cases: int = PROBLEMS) -> dict[str, Any]:
    """Have a model solve word problems in steps, by programs, and by majorities of both."""
    model = model_of(name)
    asked = problems(cases)
    rows: dict[str, Any] = {"model": name, "isolation": pal.isolation()}
    chains = [_chain(model, problem) for problem in asked]
    rows["steps"] = [int(p.is_right(t)) for t, p in zip(chains, asked, strict=True)]
    rows["wrong_sums"] = [int(pal.first_fault(text) is not None) for text in chains]
    solved = [pal.solve(problem.program_request, model) for problem in asked]
    rows["program"] = [int(p.is_right(s.answer)) for s, p in zip(solved, asked, strict=True)]
    rows["no_value"] = [int(not one.executed.ok) for one in solved]
    if isinstance(model, HuggingFace):
        drawn = HuggingFace(model.model, model.tokenizer, temperature=TEMPERATURE)
        for way, ask in (("steps", _chain_answer), ("program", _program_answer)):
            votes = [pal.vote([ask(drawn, p) for _ in range(SAMPLES)]) for p in asked]
            right = [int(p.is_right(vote)) for vote, p in zip(votes, asked, strict=True)]
            rows[f"majority, {way}"] = right
    return rows


def _chain(model: Model, problem: Problem) -> str:
    chat = [{"role": "user", "content": problem.steps_request}]
    return model(chat, stop=(), max_tokens=160).text


def _chain_answer(model: Model, problem: Problem) -> str:
    return pal.read_answer(_chain(model, problem))


def _program_answer(model: Model, problem: Problem) -> str:
    return pal.solve(problem.program_request, model).answer


def ceiling_jobs(_seeds: Sequence[int]) -> Iterator[Job]:
    """Yield the planner's run, which knows no chance."""
    yield job(run_answers, PLANNER, "tools", seed=0, kind="answers")


def agent_jobs(_seeds: Sequence[int]) -> Iterator[Job]:
    """Yield the tuning of the one agent that is kept."""
    yield job(run_tuning, seed=0, kind="agent")


def answer_jobs(_seeds: Sequence[int]) -> Iterator[Job]:
    """Yield each way for the agent, and for the model that it was tuned from."""
    for name in (AGENT, INSTRUCT):
        for way in WAYS:
            yield job(run_answers, name, way, seed=0, kind="answers")


def problem_jobs(_seeds: Sequence[int]) -> Iterator[Job]:
    """Yield the word problems for both models."""
    yield from (job(run_problems, name, seed=0, kind="problems") for name in (AGENT, INSTRUCT))


EXPERIMENT = Experiment(
    "react",
    {
        "ceiling": ceiling_jobs,
        "agent": agent_jobs,
        "answers": answer_jobs,
        "problems": problem_jobs,
    },
)
recorded = EXPERIMENT.read
PROBLEM_WAYS = ("steps", "program", "majority, steps", "majority, program")


def recorded_cases() -> dict[str, list[int]]:
    """Return which cases were right, by model and way, of whatever has been recorded."""
    cases: dict[str, list[int]] = {}
    for part in ("ceiling", "answers"):
        for row in _rows(part):
            name = f"questions, {row['model'].removeprefix('bundled:')}, {row['way']}"
            cases[name] = [one for sort in row["right"].values() for one in sort]
    for row in _rows("problems"):
        name = f"word problems, {row['model'].removeprefix('bundled:')}"
        cases |= {f"{name}, {way}": row[way] for way in PROBLEM_WAYS if way in row}
    return cases


def _rows(part: str) -> list[dict[str, Any]]:
    return recorded(part) if EXPERIMENT.path(part).exists() else []
