"""The published tables: each has its sources, and what follows from them is computed again."""

import pytest

from workbook.core.hub import assets
from workbook.scaling_laws import bill, published
from workbook.scaling_laws.approaches import fit_power_law
from workbook.scaling_laws.counting import six_nd

TABLES = sorted(file.stem for file in assets.path("published").glob("*.csv"))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_where_it_is_from(name):
    rows = published.rows(name)
    assert rows and all(len(row["source"]) > 12 for row in rows)
    listed = assets.manifest()
    assert f"published/{name}.csv" in listed


def optima(table):
    return [row for row in published.rows("chinchilla_optima") if row["table"] == table]


def test_the_tables_of_optima_agree_with_6nd_but_for_one_misprint():
    """Table A3 prints 1.26e24 where 6 N D is 1.26e25; the others are within the rounding."""
    off = {}
    for row in published.rows("chinchilla_optima"):
        ratio = six_nd(row["parameters"], row["tokens"]) / row["flops"]
        if not 0.9 < ratio < 1.1:
            off[row["table"], row["parameters"]] = ratio
    assert list(off) == [("approach 3", 175e9)]
    assert off["approach 3", 175e9] == pytest.approx(10, rel=0.01)
    assert [row["note"] for row in optima("approach 3") if row["note"]][0].startswith("misprint")


def test_two_approaches_agree_on_an_exponent_of_a_half():
    """Table 2 of the paper: a = .50 and .49, b = .50 and .51."""
    for table, a, b in (("approach 1", 0.50, 0.50), ("approach 2", 0.49, 0.51)):
        rows = optima(table)
        flops = [row["flops"] for row in rows]
        for key, want in (("parameters", a), ("tokens", b)):
            line = fit_power_law(flops, [row[key] for row in rows])
            assert round(line.exponent, 2) == want


def test_bloomberggpts_plan_comes_out():
    """52.993B / 1111.1B / 49.753B / 1175.8B from 75 % of 1.3 million A100 hours."""
    plan = published.values("bloomberg")
    flops = plan["gpu hours"] * 3600 * plan["share used"] * plan["flops per second"]
    assert flops == pytest.approx(3.51e23)
    for table in ("approach 1", "approach 2"):
        rows = optima(table)
        for key in ("parameters", "tokens"):
            line = fit_power_law([row["flops"] for row in rows], [row[key] for row in rows])
            assert line(flops) == pytest.approx(plan[f"{table} {key}"], rel=2e-5)


def test_bloomberggpts_run_comes_out_of_its_seconds():
    run = published.values("bloomberg")
    seconds = run["steps"] * run["seconds per step"]
    assert seconds * run["cards"] * run["achieved"] == pytest.approx(run["run flops"], rel=2e-3)
    share = bill.mfu(run["run flops"], seconds, int(run["cards"]), bill.CARDS["A100"].peak)
    assert share == pytest.approx(102 / 312, rel=2e-3)


def test_gpt3s_compute_comes_out():
    for row in published.rows("gpt3_compute"):
        flops = six_nd(row["parameters"], row["tokens"])
        assert flops == pytest.approx(row["flops"], rel=0.02)
        assert bill.pf_days(flops) == pytest.approx(row["pf_days"], rel=0.02)


@pytest.mark.parametrize("printed", [False, True])
def test_nanogpts_disagreement_is_the_rounding_of_the_constants(printed):
    """At 2.21e19 the paper says 400M and 9.2B: so does its law before rounding."""
    law = published.law("hoffmann printed" if printed else "hoffmann")
    rows = [row for row in optima("approach 3") if not row["note"]]
    errors = [law.optimum(row["flops"])[0] / row["parameters"] - 1 for row in rows]
    if printed:
        assert all(-0.31 < error < -0.17 for error in errors)
    else:
        assert max(map(abs, errors)) < 0.08
        assert law.optimum(5.76e23)[0] == pytest.approx(40.4e9, rel=2e-3)


def test_three_laws_give_chinchillas_budget_different_texts():
    expected = {"besiroglu": 18.3, "hoffmann printed": 92.8, "hoffmann": 59.0}
    for name, ratio in expected.items():
        parameters, tokens = published.law(name).optimum(5.88e23)
        assert tokens / parameters == pytest.approx(ratio, abs=0.06)


def test_an_unknown_law_is_one_sentence():
    with pytest.raises(ValueError, match="no law is called 'x'; there are hoffmann printed"):
        published.law("x")


POINTS = "x,Model Size,Training FLOP,loss\n1,2e6,{0}e15,2.0\n1,1e6,6e15,3.0\n1,1e6,6e15,9.0\n"


def test_points_are_sorted_by_loss_and_the_worst_left_out(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text(POINTS.format(24), encoding="utf-8")
    assert published.read_points(file, outliers=1) == ((2e6, 1e6), (2e9, 1e9), (2.0, 3.0))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "points.csv cannot be read"),
        (
            POINTS.format("much").encode(),
            "line 2: Training FLOP is a number above 0, not 'muche15'",
        ),
        (POINTS.format("-1").encode(), "line 2: Training FLOP is a number above 0, not '-1e15'"),
        (POINTS.format(24).encode() + b"1,2e6\n", "line 5 has 2 cells for 4 columns"),
        (POINTS.replace("loss", "Loss").format(24).encode(), "has no column 'loss'"),
        (POINTS.format(24).encode() + b"\xe4\n", "line 5 is not UTF-8"),
        (b"Model Size,Training FLOP,loss\n1e6,6e15,3.0\n", "has 1 points; 5 of them"),
    ],
)
def test_a_file_that_holds_no_points_is_one_sentence(tmp_path, content, sentence):
    """With the file and, where there is one, the line; these were tracebacks once."""
    file = tmp_path / "points.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as told:
        published.read_points(file)
    assert str(file) in str(told.value)


def test_blooms_carbon_comes_out_of_its_hours():
    run = published.values("bloom")
    spent = bill.energy(run["gpu hours"], run["watts"], pue=1.0)
    assert bill.carbon(spent, run["carbon"]) == pytest.approx(run["tonnes"], abs=5e-3)
