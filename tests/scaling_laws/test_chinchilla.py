"""The law with five constants: fitted back from its own losses, and from published points."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from workbook.scaling_laws import Law, fit_chinchilla, published
from workbook.scaling_laws.chinchilla import CONSTANTS, SCALE, _points, huber_objective

LAW = Law(A=120.0, B=900.0, E=0.6, alpha=0.4, beta=0.45)


def grid(low=1e5, sizes=5, counts=5):
    """(N, D) of every pair, a decade and a half wide."""
    n, d = np.meshgrid(np.geomspace(low, 30 * low, sizes), np.geomspace(low, 100 * low, counts))
    return n.ravel(), d.ravel()


@settings(max_examples=8, deadline=None)
@given(
    st.floats(2, 8), st.floats(2, 8), st.floats(0.3, 2.5), st.floats(0.25, 0.7),
    st.floats(0.25, 0.7), st.sampled_from([1e4, 1e6, 1e8]),
)  # fmt: skip
def test_a_law_is_found_again_from_its_own_losses(a, b, e, alpha, beta, low):
    truth = Law(math.exp(a), math.exp(b), e, alpha, beta)
    n, d = grid(low)
    fitted = fit_chinchilla(n.tolist(), list(d), truth.loss(n, d), bootstrap=0)
    for name in CONSTANTS:
        assert getattr(fitted, name) == pytest.approx(getattr(truth, name), rel=1e-4), name
    assert fitted.huber_sum < 1e-12 and fitted.points == 25


def test_one_wild_run_moves_the_fit_little_and_least_squares_far():
    """What the Huber loss is for."""
    n, d = grid()
    loss = LAW.loss(n, d)
    loss[7] *= 1.5
    ours = fit_chinchilla(n, d, loss, bootstrap=0)
    assert ours.E == pytest.approx(LAW.E, rel=0.01)
    squares = fit_chinchilla(n, d, loss, bootstrap=0, delta=100.0)
    assert abs(squares.E - LAW.E) > 10 * abs(ours.E - LAW.E)


def test_intervals_hold_the_truth_and_shrink_with_more_runs():
    rng = np.random.default_rng(3)
    widths = []
    for count in (4, 10):
        n, d = grid(sizes=count, counts=count)
        loss = LAW.loss(n, d) * np.exp(rng.normal(0, 0.005, len(n)))
        fitted = fit_chinchilla(n, d, loss, bootstrap=60)
        for name in CONSTANTS:
            low, high = fitted.intervals[name][1:]
            assert low < getattr(LAW, name) < high, name
        widths.append(fitted.intervals["E"].high - fitted.intervals["E"].low)
        asked = fitted.interval(lambda law: law.exponents[0])
        assert asked == fitted.intervals["a"]
        assert fitted.intervals["a"].mean + fitted.intervals["b"].mean == pytest.approx(1)
    assert widths[1] < widths[0]


def test_the_same_seed_gives_the_same_intervals():
    n, d = grid(sizes=4, counts=3)
    loss = LAW.loss(n, d) * np.exp(np.random.default_rng(0).normal(0, 0.01, len(n)))
    one, again, other = (fit_chinchilla(n, d, loss, bootstrap=8, seed=s) for s in (0, 0, 1))
    assert one.intervals == again.intervals != other.intervals


def test_the_gradient_is_that_of_the_objective():
    n, d = grid()
    points = _points(n, d, LAW.loss(n, d) * 1.01)
    theta = np.array([0.3, -0.2, -0.4, 0.35, 0.5])
    value, gradient = huber_objective(theta, points, 1e-3)
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-6
        up, down = (huber_objective(theta + s, points, 1e-3)[0] for s in (step, -step))
        assert gradient[place] == pytest.approx((up - down) / 2e-6, rel=1e-4)
    assert value > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda n, d, y: (n[:-1], d, y), "equally long, not 24, 25 and 25"),
        (lambda n, d, y: (n, d, y[:-1]), "equally long, not 25, 25 and 24"),
        (lambda n, d, y: (n[:5], d[:5], y[:5]), "at least 6 runs, not 5"),
        (
            lambda n, d, y: (n, d, np.where(y == y[3], np.nan, y)),
            "loss must be positive and finite",
        ),
        (lambda n, d, y: (n, np.where(d == d[0], 0, d), y), "tokens must be positive and finite"),
        (lambda n, d, y: (-n, d, y), "parameters must be positive and finite"),
        (lambda n, d, y: (np.ones(25), d, y), "at least 3 different values of parameters"),
        (lambda n, d, y: (["a"] * 25, d, y), "parameters must be a flat list of numbers"),
        (lambda n, d, y: (n, d[:, None], y), "tokens must be a flat list of numbers"),
        (lambda n, d, y: (3, d, y), "parameters must be a flat list of numbers"),
    ],
)
def test_bad_input_is_one_sentence(change, words):
    n, d = grid()
    with pytest.raises(ValueError, match=words) as told:
        fit_chinchilla(*change(n, d, LAW.loss(n, d)))
    assert "\n" not in str(told.value) and str(told.value).endswith(".")


def test_a_fit_without_a_bootstrap_says_so():
    n, d = grid()
    fitted = fit_chinchilla(n, d, LAW.loss(n, d), bootstrap=0)
    assert fitted.intervals == {}
    with pytest.raises(ValueError, match="has no bootstrap"):
        fitted.interval(lambda law: law.E)


@pytest.mark.parametrize("flops", [1e15, 1e20, 1e25])
def test_the_optimum_is_the_lowest_point_of_its_budget(flops):
    best = minimize_scalar(
        lambda log_n: LAW.loss(math.exp(log_n), flops / 6 / math.exp(log_n)),
        bounds=(5, 40), method="bounded", options={"xatol": 1e-9},
    )  # fmt: skip
    parameters, tokens = LAW.optimum(flops)
    assert math.log(parameters) == pytest.approx(best.x, abs=1e-3)
    assert 6 * parameters * tokens == pytest.approx(flops)
    assert LAW.least_loss(flops) == pytest.approx(best.fun)


def test_tokens_for_a_loss_and_the_loss_that_no_text_reaches():
    loss = LAW.loss(1e6, 3e7)
    assert LAW.tokens_for(1e6, loss) == pytest.approx(3e7)
    with pytest.raises(ValueError, match="do not reach a loss of 0.6 with any number"):
        LAW.tokens_for(1e6, 0.6)


def test_importing_the_part_loads_neither_torch_nor_scipy():
    code = (
        "import sys\nfrom workbook.scaling_laws import *\n"
        "print(sorted({'torch', 'scipy', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


# The 240 points of Besiroglu et al. (2024), where they are at hand.


@pytest.fixture(scope="module")
def points(root):
    file = root.parent / "shared" / "data" / "chinchilla" / "epoch_figure4_points.csv"
    if not file.exists():
        pytest.skip("shared data is not beside this checkout")
    return published.read_points(file)


@pytest.fixture(scope="module")
def fitted(points):
    return fit_chinchilla(*points)


def test_the_refit_is_reproduced(points, fitted):
    assert len(points.loss) == fitted.points == 240
    assert fitted.huber_sum == pytest.approx(0.00101827, abs=5e-9)
    reported, errors = published.law("besiroglu"), published.rows("law_errors")[0]
    for name in CONSTANTS:
        assert getattr(fitted, name) == pytest.approx(getattr(reported, name), abs=errors[name]), (
            name
        )
        assert 0.6 < fitted.standard_error(name) / errors[name] < 1.6, name
        assert fitted.intervals[name].low < getattr(reported, name)
        assert fitted.intervals[name].high > getattr(reported, name)
    assert fitted.exponents[0] == pytest.approx(0.513, abs=0.020)


def test_no_start_of_the_papers_grid_ends_lower(points, fitted):
    """Hoffmann et al. start from 4,500 places; here the 12 best of them and their result."""
    kept = _points(*points)
    centre = np.array([*kept.centre])
    axes = (
        range(0, 30, 5),
        range(0, 30, 5),
        np.arange(-1, 1.5, 0.5),
        *[np.arange(0, 2.5, 0.5)] * 2,
    )
    starts = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], 1)
    starts = np.vstack([starts, [6.0073404, 6.0179186, 0.5267228, 0.33917084, 0.2849083]])
    starts[:, :2] -= starts[:, 3:] * centre
    values = [huber_objective(start, kept, 1e-3)[0] for start in starts]
    for place in [*np.argsort(values)[:12], len(starts) - 1]:
        end = minimize(huber_objective, starts[place], (kept, 1e-3), method="BFGS", jac=True)
        assert end.fun / SCALE > fitted.huber_sum - 1e-9


@pytest.mark.parametrize(
    ("name", "value"), [("hoffmann", 0.0012312), ("hoffmann printed", 0.0041210)]
)
def test_the_papers_constants_fit_worse_and_rounded_ones_far_worse(points, name, value):
    kept, law = _points(*points), published.law(name)
    theta = np.array([
        math.log(law.A) - law.alpha * kept.centre[0],
        math.log(law.B) - law.beta * kept.centre[1],
        math.log(law.E), law.alpha, law.beta,
    ])  # fmt: skip
    assert huber_objective(theta, kept, 1e-3)[0] / SCALE == pytest.approx(value, abs=5e-8)
