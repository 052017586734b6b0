"""The figures and tables of lesson 08 show the numbers of their runs, with intervals in bounds."""

import re
from collections import defaultdict
from statistics import fmean

import pytest
from tiny_tuning import rouge

from workbook.core.runs import SHARE, Interval
from workbook.finetuning import charts, experiment
from workbook.finetuning.data import NEW
from workbook.finetuning.families import FAMILIES_ASKED, old_skills
from workbook.finetuning.remedies import REMEDIES


def test_no_share_of_a_table_or_a_chart_leaves_0_to_1():
    """Fault B5: the table of remedies said 0.736 [0.363, 1.11]; an error bar left the axis."""
    runs, spread = experiment.recorded("remedies"), iter((0.4, 0.9, 0.9))
    for run in runs:  # an interval of Student's would reach beyond 1
        if (run["remedy"], run["split"]) == ("multitask", "test"):
            run["scores"] = {**run["scores"], NEW: [next(spread)]}
    table = charts.remedies_table(runs)
    assert table.loc["multitask", "new skill"].endswith(", 1]")
    for cell in table[["new skill", "old skills", "summaries"]].to_numpy().flatten():
        ends = [float(number) for number in re.findall(r"-?\d[\d.e-]*", cell)]
        assert 0 <= min(ends) and max(ends) <= 1, cell
    for trace in charts.forgetting_chart(runs).data:
        for means, bars in ((trace.x, trace.error_x), (trace.y, trace.error_y)):
            below = bars.arrayminus if bars.arrayminus is not None else bars.array
            for mean, up, down in zip(means, bars.array or (), below or (), strict=False):
                assert mean - down >= -1e-9 and mean + up <= 1 + 1e-9, trace.name


def test_the_chart_shows_the_recorded_numbers(remedies):
    runs = experiment.recorded("remedies")
    figure = charts.forgetting_chart(runs)
    marks = {trace.name: trace for trace in figure.data}
    for name in REMEDIES:
        up = Interval.of_seeds([old_skills(run) for run in remedies[name]], bounds=SHARE)
        assert marks[name].y[0] == pytest.approx(up.mean)
        assert marks[name].error_y.array[0] == pytest.approx(up.high - up.mean)
        line = marks[f"{name}, strengths tried"]
        assert len(line.x) == len(REMEDIES[name].grid)
    looks = [(marks[n].marker.color, marks[n].marker.symbol) for n in REMEDIES]
    dashes = [
        (m.line.color, m.line.dash) for n in REMEDIES for m in [marks[f"{n}, strengths tried"]]
    ]
    assert len(set(looks)) == len(set(dashes)) == len(REMEDIES), "C8: seven series, five colours"
    ends = [marks[name].y[0] + marks[name].error_y.array[0] for name in REMEDIES]
    assert max(ends) < figure.layout.yaxis.range[1], "C8: an error bar left the axis"
    assert marks["before"].y[0] == old_skills(remedies["before"][0])
    table = charts.remedies_table(runs)
    assert list(table.index) == ["before", "baseline", *REMEDIES]
    assert table.loc["ewc", "kept beside"] == "23.3 MB" and table.loc["lora", "kept beside"] == ""
    by_family = charts.families_table(runs)
    assert by_family.shape == (len(REMEDIES) + 2, len(FAMILIES_ASKED))
    polite = fmean(fmean(run["scores"]["polite"]) for run in remedies["ewc"])
    assert by_family.loc["ewc", "polite"] == round(polite, 2)
    kept, lead = (
        fmean(map(old_skills, remedies[name])) - old_skills(remedies["baseline"][0])
        for name in ("ewc", "before")
    )
    assert table.loc["ewc", "lead kept"] == f"{kept / lead:.0%}"
    assert (table.loc["before", "lead kept"], table.loc["baseline", "lead kept"]) == ("100%", "0%")


def test_tables_of_summaries_hold_the_means(yardsticks):
    table = charts.tasks_table(experiment.recorded("tasks"))
    assert table.loc["pattern", "ROUGE-1"].startswith(f"{rouge([yardsticks['pattern']])[0]:.3g} [")
    assert table.loc["chat", "seven others"] == ""
    runs = experiment.recorded("masking")
    by = defaultdict(dict)
    for run in runs:
        by[run["loss_on"]][run["seed"]] = rouge([run])[0]
    gap = Interval.of_seeds([by["answer"][seed] - by["all"][seed] for seed in (0, 1, 2)])
    assert charts.masking_table(runs).loc["answer less all", "ROUGE-1"] == str(gap)
    sizes = charts.sizes_chart(experiment.recorded("sizes"), {"baseline": 0.2})
    assert list(sizes.data[0].x) == list(experiment.SIZES)
    first = rouge([r for r in experiment.recorded("sizes") if r["size"] == 50])
    assert sizes.data[0].y[0] == pytest.approx(fmean(first))


def test_the_sweep_of_learning_rates_is_the_recorded_one():
    runs = experiment.recorded("remedies")
    figure = charts.rates_chart(runs)
    new, old = figure.data
    assert list(new.x) == sorted(REMEDIES["none"].grid + REMEDIES["gentle"].grid)
    assert max(new.y) == new.y[list(new.x).index(experiment.REMEDY_SETTINGS.learning_rate)]
    assert list(old.y) == sorted(old.y, reverse=True), "the larger the steps, the more is lost"


def test_the_sweep_is_told_from_its_numbers():
    """A record of another model gets another sentence: the alt text was typed."""

    def sweep(strength, new, old, remedy="none"):
        scores = {family: [old] for family in FAMILIES_ASKED}
        scores[NEW] = [new]
        return {"remedy": remedy, "strength": strength, "split": "validation", "scores": scores}

    runs = [sweep(0.0, 0.0, 0.7, "before"), sweep(1e-3, 0.6, 0.3), sweep(1e-4, 0.8, 0.5, "gentle")]
    assert charts.describe_rates(runs) == (
        "The new skill is best at a learning rate of 0.0001, with 0.80; the old skills go from "
        "0.50 at 0.0001 to 0.30 at 0.001."
    )


def test_differences_between_remedies_are_paired_by_seed(remedies):
    """Fault B5: L2 and LoRA were called worse than the gentle rate without a paired interval."""
    table = charts.paired_table(experiment.recorded("remedies"))
    assert "gentle less gentle" not in table.index and len(table) == len(REMEDIES) - 1
    gaps = [
        old_skills(run) - old_skills(base)
        for run, base in zip(remedies["lora"], remedies["gentle"], strict=True)
    ]
    assert table.loc["lora less gentle", "old skills"] == str(Interval.of_seeds(gaps))


def test_tables_of_unseen_families_and_damage():
    def unseen(count, seed, right):
        scores = {family: [right, 0.0] for family in experiment.UNSEEN}
        given = {family: [True, False] for family in experiment.UNSEEN}
        return {"families": count, "seed": seed, "scores": scores, "label_given": given}

    runs = [unseen(count, seed, float(seed)) for count in (1, 6) for seed in (0, 1)]
    table = charts.unseen_table(runs)
    assert list(table.index) == ["1", "6"]
    assert table.loc["6", "sentiment"] == str(Interval.of_seeds([0.0, 0.5], bounds=SHARE))
    assert table.loc["1", "answers with a label"].startswith("0.5 ")


def test_what_damage_costs_is_paired_by_seed():
    def run(damage, seed, right):
        scores = {charts.KNOWN_WORDS: {f"rouge{kind}": [right] for kind in "12L"}}
        return {"damage": damage, "seed": seed, "chats": 7, "rouge": scores}

    runs = [run("half damaged", seed, 0.1 * seed) for seed in (0, 1, 2)]
    runs += [run("the clean half alone", seed, 0.1 * seed + 0.2) for seed in (2, 1, 0)]
    table = charts.damage_table(runs)
    assert table.loc["half damaged", "chats"] == 7
    assert table.loc["half damaged", "ROUGE-1"].startswith("0.1 [0, 0.3")
    assert table.loc["the clean half alone less half damaged", "ROUGE-2"] == "0.2 [0.2, 0.2]"


def summaries(size, seed, known, other):
    """A run on so many examples; ROUGE of two summaries of each kind, with the given mean."""
    scores = {
        asked: {f"rouge{kind}": [mean - 0.1, mean + 0.1] for kind in "12L"}
        for asked, mean in ((charts.KNOWN_WORDS, known), (charts.OTHER_TALKS, other))
    }
    losses = [9.0, *[size / 100] * charts.LAST]
    return {"size": size, "seed": seed, "steps": 100, "losses": losses, "rouge": scores}


def test_one_run_has_an_interval_over_its_cases_and_several_over_their_seeds():
    runs = [summaries(50, seed, mean, 0.2) for seed, mean in ((0, 0.4), (1, 0.6))]
    assert charts.rouge_of(runs) == pytest.approx(Interval.of_seeds([0.4, 0.6], bounds=SHARE))
    alone = charts.rouge_of(runs[:1])
    assert alone == pytest.approx(Interval.of_cases([0.3, 0.5]))
    assert charts.rouge_of(runs, charts.OTHER_TALKS, "rougeL").mean == pytest.approx(0.2)


def test_examples_are_drawn_for_both_ways_of_asking():
    runs = [summaries(size, 0, size / 1000, 0.1) for size in (200, 50)]
    figure = charts.sizes_chart(runs, {"baseline": 0.15}, "rouge2")
    known, other = figure.data
    assert [known.name, other.name] == list(charts.ASKED.values())
    assert (list(known.x), list(known.y)) == ([50, 200], pytest.approx([0.05, 0.2]))
    assert list(other.y) == pytest.approx([0.1, 0.1])
    assert figure.layout.yaxis.title.text == "ROUGE-2"
    assert figure.layout.annotations[0].text == "baseline: 0.15"
    table = charts.sizes_table(runs)
    assert list(table["times read"]) == ["4", "1"]  # two rows in each of a hundred steps
    assert list(table["loss at the end, training"]) == ["0.5", "2"]
