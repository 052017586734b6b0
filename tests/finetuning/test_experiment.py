"""The recorded runs say what the lesson says of them, and the command that made them works."""

from collections import defaultdict
from statistics import fmean

import pytest
from tiny_tuning import rouge, tiny_model, tokenizer

from workbook.core.runs import Interval
from workbook.finetuning import charts, experiment
from workbook.finetuning.experiment import new_skill, old_skills
from workbook.finetuning.families import OLD_SKILLS
from workbook.finetuning.remedies import REMEDIES


def test_the_test_split_has_no_say_in_the_choice():
    def run(strength, split, new, old):
        scores = {family: [old] for family in OLD_SKILLS} | {"logbook": [new]}
        return {"remedy": "l2", "strength": strength, "split": split, "scores": scores}

    tried = [run(1.0, "validation", 0.9, 0.1), run(2.0, "validation", 0.6, 0.6)]
    runs = [*tried, run(3.0, "validation", 0.1, 0.9), run(1.0, "test", 1.0, 1.0)]
    assert experiment.chosen(runs) == {"l2": 2.0}


def test_without_a_remedy_nobody_looks_at_the_old_skills():
    def run(strength, new, old):
        scores = {family: [old] for family in OLD_SKILLS} | {"logbook": [new]}
        return {"remedy": "none", "strength": strength, "split": "validation", "scores": scores}

    assert experiment.chosen([run(1.0, 0.9, 0.1), run(2.0, 0.8, 0.8)]) == {"none": 1.0}


def test_no_rate_learns_the_new_task_better_than_the_one_without_a_remedy():
    """So that "none" is not made worse than somebody would tune who only looks at the new task."""
    tried = {
        run["strength"]: new_skill(run)
        for run in experiment.recorded("remedies")
        if run["split"] == "validation" and run["remedy"] in ("none", "gentle")
    }
    best = max(tried, key=tried.get)
    assert min(tried) < best < max(tried)
    assert best == experiment.REMEDY_SETTINGS.learning_rate


def test_all_remedies_read_the_new_task_equally_often(remedies):
    for seed in (0, 1, 2):
        read = {name: remedies[name][seed]["new_chats"] for name in REMEDIES}
        assert remedies["none"][seed]["seed"] == seed
        assert max(read.values()) - min(read.values()) <= 2, read


def test_strengths_were_chosen_on_other_people(remedies):
    best = experiment.chosen(experiment.recorded("remedies"))
    assert best.keys() == REMEDIES.keys()
    for name, group in remedies.items():
        if name in REMEDIES:
            assert {run["strength"] for run in group} == {best[name]}
            assert sorted(run["seed"] for run in group) == [0, 1, 2]


def test_without_a_remedy_the_new_task_is_learned_and_the_old_ones_are_lost(remedies):
    (before,), (baseline,) = remedies["before"], remedies["baseline"]
    assert new_skill(before) == 0 and old_skills(before) > 0.65
    for run in remedies["none"]:
        assert new_skill(run) > new_skill(baseline) + 0.3
        assert old_skills(run) < old_skills(before) - 0.3


def test_every_remedy_keeps_more_than_none(remedies):
    lost = Interval.of_seeds([old_skills(run) for run in remedies["none"]])
    for name in REMEDIES:
        kept = Interval.of_seeds([old_skills(run) for run in remedies[name]])
        assert name == "none" or kept.mean > lost.mean, name


def test_the_nearest_skill_is_lost_under_every_remedy(remedies):
    """A talk is answered with a log entry, whatever is asked about it."""
    (before,) = remedies["before"]
    assert fmean(before["scores"]["summarise"]) > 0.8
    for name in REMEDIES:
        for run in remedies[name]:
            assert fmean(run["scores"]["summarise"]) < 0.45, name


def less(remedies, one, other, skill):
    """Return the paired difference between two remedies, over the seeds."""
    pairs = zip(remedies[one], remedies[other], strict=True)
    return Interval.of_seeds([skill(a) - skill(b) for a, b in pairs])


def test_what_each_remedy_keeps_and_learns_beside_smaller_steps(remedies):
    """Every sentence of the lesson about the paired table, by the intervals it stands on."""
    for name in ("multitask", "ewc"):
        assert less(remedies, name, "gentle", old_skills).low > 0, f"{name} keeps more"
    assert less(remedies, "lora", "gentle", old_skills).high < 0, "LoRA keeps a little less"
    for name in ("none", "multitask", "replay", "l2"):
        assert less(remedies, name, "gentle", new_skill).low > 0, f"{name} learns more"
    for name in ("ewc", "lora"):
        gap = less(remedies, name, "gentle", new_skill)
        assert gap.low < 0 < gap.high, f"{name} learns as much, as far as three seeds show"
    means = {name: fmean(map(old_skills, remedies[name])) for name in REMEDIES}
    assert sorted(means.values())[1] - means["none"] > 0.2


def test_strength_is_a_price():
    """Each stronger pull of EWC keeps more and learns less; the best strengths are no ends."""
    tried = [run for run in experiment.recorded("remedies") if run["split"] == "validation"]
    pulls = [
        next(run for run in tried if (run["remedy"], run["strength"]) == ("ewc", strength))
        for strength in REMEDIES["ewc"].grid
    ]
    kept, learned = list(map(old_skills, pulls)), list(map(new_skill, pulls))
    assert kept == sorted(kept) and learned == sorted(learned, reverse=True)
    for name, best in experiment.chosen(tried).items():
        if name != "none":
            assert best not in (REMEDIES[name].grid[0], REMEDIES[name].grid[-1]), name


def test_which_old_skill_suffers_most_depends_on_the_remedy():
    lost = charts.families_table(experiment.recorded("remedies"))
    lost = lost.loc["before"] - lost
    most = lost.loc[list(REMEDIES), list(OLD_SKILLS)].idxmax(axis=1)
    assert most["lora"] == "sentiment"
    assert most["multitask"] == most["replay"] == "arithmetic"
    gentle = lost.loc["gentle", list(OLD_SKILLS)].sort_values()
    assert {"polite", "translate"} == set(gentle.index[-2:])
    assert lost.loc["ewc", list(OLD_SKILLS)].max() < 0.1
    assert (lost.loc[list(REMEDIES), "summarise"] > 0.5).all()


def test_prompting_holds_out_against_short_tuning(yardsticks):
    """The base model can summarise; tuning teaches it to do so when it is asked."""
    found = {name: rouge([run])[0] for name, run in yardsticks.items()}
    assert found["chat"] < found["baseline"] < found["plain"] < found["pattern"]
    assert found["few-shot"] == pytest.approx(found["pattern"], abs=0.03)
    by = defaultdict(list)
    for run in experiment.recorded("tasks"):
        if "mix" in run:
            by[run["mix"]] += rouge([run])
    assert found["plain"] + 0.2 < min(by["summarise"])
    assert max(by["summarise"]) < found["pattern"] < found["town-instruct"]
    assert fmean(by["summarise, longer"]) == pytest.approx(found["pattern"], abs=0.03)
    assert max(by["all eight"]) < min(by["all eight, longer"])
    assert max(by["all eight"]) < min(by["summarise"]), "eight tasks need more than one"
    short, mixed = Interval.of_seeds(by["summarise"]), Interval.of_seeds(by["all eight, longer"])
    assert mixed.low < short.mean < mixed.high, "after five times as long, about as well"


def test_half_of_the_data_is_worth_more_than_all_of_it_damaged():
    by = defaultdict(list)
    for run in sorted(experiment.recorded("damage"), key=lambda run: run["seed"]):
        by[run["damage"]] += rouge([run])
    clean, damaged, half = by.values()
    gained = Interval.of_seeds([a - b for a, b in zip(half, damaged, strict=True)])
    lacking = Interval.of_seeds([a - b for a, b in zip(half, clean, strict=True)])
    assert gained.low > 0 and lacking.low < 0 < lacking.high


def test_no_label_of_a_family_that_was_never_tuned_on():
    for run in experiment.recorded("unseen"):
        given = [fmean(one) for one in run["label_given"].values()]
        seen = run["families"] == experiment.SEEN
        assert (max(given) > 0.1) == seen, run["run"]
        assert seen or not set(run["names"]) & set(experiment.UNSEEN)


def test_masking_the_prompt_changes_nothing_that_can_be_seen():
    by = {on: [] for on in ("answer", "all")}
    for run in sorted(experiment.recorded("masking"), key=lambda run: run["seed"]):
        by[run["loss_on"]] += rouge([run])
        assert (run["share_learned"] < 0.3) == (run["loss_on"] == "answer")
    gap = Interval.of_seeds([a - b for a, b in zip(by["answer"], by["all"], strict=True)])
    assert gap.low < 0 < gap.high and abs(gap.mean) < 0.05


def test_more_different_examples_help_at_equal_steps():
    by = defaultdict(list)
    for run in experiment.recorded("sizes"):
        by[run["size"]] += rouge([run])
    assert min(by[1000]) > max(by[50])
    means = [fmean(by[size]) for size in experiment.SIZES]
    assert means == sorted(means)


def test_few_examples_are_learned_by_heart():
    """The loss on what is trained on ends lower the fewer there are, and the score does too."""
    by = defaultdict(list)
    for run in experiment.recorded("sizes"):
        by[run["size"]].append(fmean(run["losses"][-charts.LAST :]))
    assert max(by[50]) < 0.001 < 0.05 < min(by[1000])
    means = [fmean(by[size]) for size in experiment.SIZES]
    assert means == sorted(means)
    table = charts.sizes_table(experiment.recorded("sizes"))
    assert list(table["times read"]) == ["20", "10", "5", "2", "1"]
    assert table.iloc[-1, 1] == str(Interval.of_seeds(by[1000]))


def test_the_command_records_what_is_missing_and_nothing_twice(monkeypatch, tmp_path):
    """A killed run goes on where it was; the last runs wait for the choice of strengths."""
    made = []

    def run_remedy(name, strength, split, seed):
        made.append((name, strength, split, seed))
        good = 0.9 if strength in (2e-3, 0.05, 0.2) else 0.1
        scores = {family: [good] for family in experiment.ALL}
        return {"remedy": name, "strength": strength, "split": split, "scores": scores}

    monkeypatch.setattr(experiment, "run_remedy", run_remedy)
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    experiment.EXPERIMENT.run_missing("remedies", [0])
    tried = sum(len(remedy.grid) for remedy in REMEDIES.values())
    assert len(made) == 4 + tried + len(REMEDIES)
    last = {name: strength for name, strength, split, _ in made[-len(REMEDIES) :]}
    assert last["lora"] == 2e-3 and last["replay"] == 0.2
    assert last["l2"] in (0.05, 0.2), "of equals, either"
    experiment.EXPERIMENT.run_missing("remedies", [0, 1])
    assert [job[1:] for job in made[4 + tried + len(REMEDIES) :]] == [
        (strength, "test", 1) for strength in last.values()
    ]
    assert len(experiment.recorded("remedies")) == len(made)


def test_skills_are_means_of_means():
    scores = {family: [0.0, 1.0] for family in OLD_SKILLS} | {"logbook": [0.25, 0.5], "x": [1.0]}
    scores["polite"] = [1.0]
    run = {"scores": scores | {"summarise": [1.0]}}
    assert new_skill(run) == 0.375 and old_skills(run) == pytest.approx((6 * 0.5 + 1) / 7)


def test_parts_of_the_experiment_run_at_the_smallest_size(monkeypatch):
    """Every kind of run, with a random model, two steps and two cases."""
    monkeypatch.setattr(experiment, "bundled", lambda name: (tiny_model(), tokenizer()))
    monkeypatch.setattr(experiment, "SUMMARIES", 2)
    monkeypatch.setattr(experiment, "CASES", 1)
    monkeypatch.setattr(experiment, "UNSEEN_CASES", 2)
    monkeypatch.setattr(
        experiment, "summary_cases", lambda: {
            "known words": experiment.cases("summarise", 2),
            "new phrasings": experiment.cases("summarise", 1, phrasings="test"),
        },
    )  # fmt: skip
    found = experiment.run_remedy("ewc", 0.1, "validation", 0, steps=2, count=1)
    assert set(found["scores"]) == set(experiment.ALL) and found["extra_bytes"] > 0
    baseline = experiment.run_remedy("baseline", 0.0, "test", 0, count=2)
    assert all(len(scores) == 2 for scores in baseline["scores"].values())
    runs = [
        experiment.run_masking("all", 0, 2), experiment.run_size(3, 0, 2),
        experiment.run_tasks("all eight", 0, 4),
        *(experiment.run_yardstick(name) for name in ("baseline", "pattern", "town-instruct")),
    ]  # fmt: skip
    for run in runs:
        assert len(run["rouge"]["known words"]["rouge2"]) == 2
        assert len(run["rouge"]["new phrasings"]["rougeL"]) == 1
    unseen = experiment.run_unseen(2, 0, steps=2)
    assert len(unseen["names"]) == 2 and not set(unseen["names"]) & set(experiment.UNSEEN)
    assert set(experiment.UNSEEN) < set(experiment.run_unseen(experiment.SEEN, 0, 2)["names"])
    for family in experiment.UNSEEN:
        assert len(unseen["scores"][family]) == experiment.UNSEEN_CASES
        assert len(unseen["label_given"][family]) == experiment.UNSEEN_CASES
    damaged = experiment.run_damage("the clean half alone", 0, steps=4)
    assert damaged["chats"] == 4 and len(damaged["rouge"]["known words"]["rouge1"]) == 2
    assert runs[0]["share_learned"] > 0.99 > runs[1]["share_learned"]
    assert runs[2]["scores"].keys() == set(OLD_SKILLS) and runs[2]["steps"] < 4


def test_damage_moves_answers_and_leaves_questions():
    found = experiment.chats("summarise", 6)
    damaged = experiment.damage(found, 3)
    assert damaged[:3] == found[:3] and len(damaged) == 6
    assert [chat[:-1] for chat in damaged] == [chat[:-1] for chat in found]
    moved = [chat[-1] for chat in damaged[3:]]
    assert sorted(m["content"] for m in moved) == sorted(c[-1]["content"] for c in found[3:])
    assert all(new != old[-1] for new, old in zip(moved, found[3:], strict=True))
    assert experiment.damage(found, 0) == found
