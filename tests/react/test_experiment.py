"""The recorded runs: the planner's ceiling as recorded, a tiny agent made by the real recipe."""

from workbook.core.runs import SHARE, Interval
from workbook.react import agent, experiment
from workbook.react.adapters import HuggingFace
from workbook.react.failures import KINDS
from workbook.react.loop import Budget, run
from workbook.react.models import Reply
from workbook.react.record import Trace
from workbook.react.tasks import problems, questions
from workbook.react.tools import town_tools


def test_the_recorded_ceiling_is_what_a_run_gives_today():
    (recorded,) = experiment.recorded("ceiling")
    fresh = experiment.run_answers("planner", "tools", 0, cases=30)
    for sort, right in fresh["right"].items():
        assert recorded["right"][sort][: len(right)] == right
    assert recorded["steps"][:30] == fresh["steps"]
    assert Trace.from_json(recorded["example"]) == Trace.from_json(fresh["example"])
    everything = [one for right in recorded["right"].values() for one in right]
    assert len(everything) == experiment.CASES
    assert Interval.of_share(everything).within(SHARE).low > 0.95


def test_the_agent_is_made_by_one_call_and_loads(tmp_path, monkeypatch):
    """Two steps of the real recipe: it learns nothing, but everything it needs is there."""
    for module in (agent, experiment):
        monkeypatch.setattr(module, "agent_folder", lambda: tmp_path / "town-agent")
    small = ("steps=2", "examples=16", "validation=4", "batch_size=2", "warmup=0", "rank=2")
    row = experiment.run_tuning(0, *small, "evaluate_every=2", "save_every=2")
    assert row["cpu_seconds"] > 0 and not (tmp_path / "town-agent.run").exists()
    name, model = agent.agent_or_planner()
    assert name == "town-agent" and isinstance(model, HuggingFace)
    case = questions(1)[0]
    trace = run(case.request, model, town_tools(case.town), Budget(steps=2, tokens_per_step=8))
    assert trace.steps


def test_a_baseline_is_asked_with_its_facts_and_scored_like_the_agent(monkeypatch):
    cases = {case.proof_request: f"Because. Answer: {case.answer.upper()}" for case in questions(6)}
    monkeypatch.setattr(
        experiment,
        "model_of",
        lambda name: lambda messages, **_: Reply(cases.get(messages[0]["content"], "No.")),
    )
    row = experiment.run_answers("scripted", "proof", 0, cases=6)
    assert all(all(right) for right in row["right"].values())
    assert experiment.run_answers("scripted", "memory", 0, cases=6)["right"]["bridge"] == [0, 0]


def test_rows_have_what_the_lesson_reads():
    row = experiment.run_answers("planner", "memory", 0, cases=6)
    assert row["failures"].keys() == KINDS.keys() and sum(row["failures"].values()) == 6
    assert not any(sum(right) for right in row["right"].values())  # rules know no fact


def test_problems_are_solved_by_what_writes_their_programs(monkeypatch):
    """A scripted model: right programs, and chains whose first sum is wrong."""
    known = {p.program_request: p.program for p in problems(4)}
    known |= {p.steps_request: "Step 1: 1 + 1 = 3\nAnswer: 3" for p in problems(4)}

    def model(messages, *, stop, max_tokens):
        return Reply(known[messages[0]["content"]], 1, 1)

    monkeypatch.setattr(experiment, "model_of", lambda name: model)
    row = experiment.run_problems("scripted", 0, cases=4)
    assert row["program"] == [1] * 4 and row["no_value"] == [0] * 4
    assert row["wrong_sums"] == [1] * 4 and sum(row["steps"]) == 0


def test_the_table_of_the_lesson_holds_every_part(monkeypatch):
    """Guards against records that no table shows: word problems were left out."""
    recorded = {
        "ceiling": [{"model": "planner", "way": "tools", "right": {"bridge": [1], "yes-no": [0]}}],
        "answers": [{"model": "bundled:town-instruct", "way": "proof", "right": {"bridge": [0]}}],
        "problems": [{"model": "town-agent", "steps": [0], "program": [1], "majority, steps": [1]}],
    }
    monkeypatch.setattr(experiment, "_rows", recorded.__getitem__)
    assert experiment.recorded_cases() == {
        "questions, planner, tools": [1, 0],
        "questions, town-instruct, proof": [0],
        "word problems, town-agent, steps": [0],
        "word problems, town-agent, program": [1],
        "word problems, town-agent, majority, steps": [1],
    }
    monkeypatch.undo()
    assert "questions, planner, tools" in experiment.recorded_cases()


def test_jobs_have_names_of_their_own():
    names = [job.name for jobs in experiment.EXPERIMENT.parts.values() for job in jobs((0,))]
    assert len(set(names)) == len(names) == 10
