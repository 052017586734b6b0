"""Sure and seen: the density against scipy and torch, the classifier far away, Bayes' rule."""

import numpy as np
import pytest
import torch
from scipy import integrate
from scipy.spatial.distance import pdist
from scipy.stats import gaussian_kde, kstest

from workbook.core.runs.seeding import generator
from workbook.welcome import classifier_vs_density
from workbook.welcome.classifier_vs_density import CLASSES, Density, Generative, crescents

POINTS, LABELS = crescents(120, seed=5)


def test_crescents_are_balanced_repeatable_and_apart():
    again, labels = crescents(120, seed=5)
    assert torch.equal(again, POINTS) and labels.bincount().tolist() == [60, 60]
    assert not torch.equal(crescents(120, seed=6)[0], POINTS)
    exact, labels = crescents(200, spread=0.0)
    radius = (exact[labels == 0]).norm(dim=1)
    assert torch.allclose(radius, torch.ones(100), atol=1e-5)
    assert (exact[labels == 0][:, 1] >= 0).all() and (exact[labels == 1][:, 1] <= 0.5).all()


def test_density_is_that_of_scipy():
    """scipy scales its kernel by the data's covariance; on whitened data that is a round hill."""
    x = POINTS.double()
    covariance = torch.from_numpy(np.cov(x.T.numpy()))
    white = (x - x.mean(0)) @ torch.linalg.cholesky(covariance.inverse())
    theirs = gaussian_kde(white.T.numpy(), bw_method=0.3).logpdf(white[:20].T.numpy())
    assert Density(white, width=0.3).log_prob(white[:20]).numpy() == pytest.approx(theirs, rel=1e-6)


def test_density_adds_up_to_one():
    density = Density(POINTS[:15], width=0.2)

    def p(y, x):
        return density.log_prob(torch.tensor([[x, y]])).exp().item()

    total, _ = integrate.dblquad(p, -2.5, 3.5, -2, 2.5, epsabs=1e-3)
    assert total == pytest.approx(1, abs=2e-3)


def test_the_width_is_the_best_of_those_tried():
    """Leaving each point out by hand."""
    points = POINTS[LABELS == 0][:25]

    def score(width):
        others = [torch.cat([points[:i], points[i + 1 :]]) for i in range(len(points))]
        pairs = zip(points, others, strict=True)
        return sum(Density(rest, width).log_prob(one[None]).item() for one, rest in pairs)

    assert Density(points).width == max(classifier_vs_density.WIDTHS, key=score)


def test_drawn_points_are_as_the_known_ones():
    density = Density(POINTS[LABELS == 0])
    drawn = density.sample(800, generator(1))
    own, fresh = density.log_prob(density.sample(800, generator(2))), density.log_prob(drawn)
    assert kstest(own.numpy(), fresh.numpy()).pvalue > 0.001
    assert len(set(pdist(drawn[:100].numpy()).round(6))) > 4000, "not copies of the known points"
    assert drawn.mean(0).tolist() == pytest.approx(density.points.mean(0).tolist(), abs=0.1)


def test_rare_is_the_share_that_was_asked_for():
    density = Density(POINTS)
    left_out = density._left_out(density.width)
    assert (left_out < density.rare(0.1)).float().mean().item() == pytest.approx(0.1, abs=0.01)


def test_bayes_by_hand():
    points, labels = torch.tensor([[0.0, 0], [0, 1], [0, 2], [1, 1], [1, 2]]), [0, 0, 0, 1, 1]
    model = Generative(points, torch.tensor(labels))
    place = torch.tensor([[0.0, 0.5], [1.0, 1.2], [0.6, 1.6]])
    joint = torch.stack([model.densities[0].log_prob(place).exp() * 0.6,
                         model.densities[1].log_prob(place).exp() * 0.4], 1)  # fmt: skip
    assert torch.allclose(model.log_joint(place), joint.log(), atol=1e-4)
    assert model.classify(place).tolist() == joint.argmax(1).tolist() == [0, 1, 1]
    assert torch.allclose(model.log_prob(place), joint.sum(1).log(), atol=1e-4)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_far_away_the_classifier_is_sure_and_the_density_is_not(seed):
    found = classifier_vs_density.measure(seed)
    assert found["classifier: right on new points"] > 0.95
    assert found["density: right on new points"] > 0.95
    assert found["classifier: surer than 99 % far away"] > 0.9
    assert found["density: “never seen” far away"] == 1
    assert found["density: “never seen” of new points"] < 0.05


def test_between_the_kinds_the_classifier_doubts():
    """The places that the lesson marks: sure in a crescent and far away, not between the two."""
    points, labels = crescents(400)
    network, model = (
        classifier_vs_density.train_classifier(points, labels),
        Generative(points, labels),
    )
    places = torch.tensor([[1.5, -0.45], [0.5, 0.25], [4.5, -3.0]])
    sureness = classifier_vs_density.confidence(network, places).tolist()
    assert sureness[0] > 0.99 and sureness[1] < 0.9 and sureness[2] > 0.99
    assert model.never_seen(places).tolist() == [False, True, True]


def test_training_leaves_the_random_numbers_of_the_learner_alone():
    before = torch.random.get_rng_state()
    first = classifier_vs_density.train_classifier(POINTS, LABELS, seed=1, steps=2)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.rand(3)
    second = classifier_vs_density.train_classifier(POINTS, LABELS, seed=1, steps=2)
    assert torch.equal(first(POINTS), second(POINTS))


def test_far_points_are_far_in_all_directions():
    far = classifier_vs_density.far_points(8, distance=4.0)
    offset = far - torch.tensor(classifier_vs_density.MIDDLE)
    assert torch.allclose(offset.norm(dim=1), torch.full((8,), 4.0))
    assert torch.allclose(offset.mean(0), torch.zeros(2), atol=1e-5)


def test_shares_stay_between_nothing_and_all():
    for share in classifier_vs_density.compare((0, 1)).values():
        assert 0 <= share.low <= share.mean <= share.high <= 1


def test_a_density_of_one_point_is_refused():
    with pytest.raises(ValueError, match="at least two points"):
        Density(torch.zeros(1, 2))
    assert CLASSES == 2
