"""Sure, or never seen? A classifier and a density, far from all that they have learned from.

A classifier learns p(class | point): which side of a border. A density learns p(point | class):
where the points are; it classifies too, by Bayes' rule, it can draw new points, and it knows what
it has never seen. Points in the plane, so that all of it can be drawn. Left out: densities of
images and text, which are what the rest of the course is about. Lesson 00.

Shapes: N points, 2 coordinates, K classes.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor, nn

from workbook.core.runs import SHARE, Interval
from workbook.core.runs.seeding import generator
from workbook.training import FitConfig, Loss, fit

CLASSES = 2
WIDTHS = (0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4)  # of a kernel, to choose from
RARE = 0.01  # share of known points that may be called "never seen"
FAR = 12.0  # distance of the far points from the middle of the data
MIDDLE = (0.5, 0.25)  # of the two crescents


def crescents(
    count: int, seed: int = 0, spread: float = 0.12
) -> tuple[Float[Tensor, "N 2"], Int[Tensor, " N"]]:
    """`count` points in two crescents that reach into each other, and the crescent of each."""
    source = generator(seed)
    labels = torch.arange(count) % CLASSES
    angle = math.pi * torch.rand(count, generator=source)
    upper = torch.stack([angle.cos(), angle.sin()], 1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], 1)
    points = torch.where(labels[:, None] == 0, upper, lower)
    return points + spread * torch.randn(count, 2, generator=source), labels


def train_classifier(
    points: Float[Tensor, "N 2"], labels: Int[Tensor, " N"], seed: int = 0, steps: int = 150
) -> nn.Module:
    """Train a small network to learn p(class | point), points `N 2` -> logits `N K`.

    All points are one batch, and the optimiser is Adam (AdamW without weight decay).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        network.append(nn.Linear(32, CLASSES))
        config = FitConfig(
            steps=steps, learning_rate=0.02, betas=(0.9, 0.999), weight_decay=0.0,
            schedule="constant", warmup=0, max_grad_norm=0.0, seed=seed,
            precision="float32", device="cpu",
        )  # fmt: skip
        fit(network, [(points, labels)], _class_loss, config, progress=False)
    return network.eval()


def _class_loss(network: nn.Module, batch: tuple[Tensor, Tensor]) -> Loss:
    points, labels = batch
    total = nn.functional.cross_entropy(network(points), labels, reduction="sum")
    return Loss(total, len(labels))


@torch.no_grad()
def confidence(network: nn.Module, points: Float[Tensor, "N 2"]) -> Float[Tensor, " N"]:
    """The probability that the classifier gives to the class it prefers."""
    return network(points).softmax(-1).max(-1).values


class Density:
    """p(point) as a small round hill over every known point (Parzen 1962).

    width: standard deviation of a hill; by default the one that makes the known points likeliest,
    each without its own hill.
    """

    def __init__(self, points: Float[Tensor, "N 2"], width: float | None = None) -> None:
        if len(points) < 2:
            raise ValueError("A density needs at least two points to learn from.")
        self.points = points
        self.width = width or max(WIDTHS, key=lambda each: self._left_out(each).sum().item())

    def log_prob(self, points: Float[Tensor, "N 2"]) -> Float[Tensor, " N"]:
        """ln p of each point, in nats."""
        return self._hills(points, self.width).logsumexp(-1) - math.log(len(self.points))

    def sample(self, count: int, source: Generator) -> Float[Tensor, "N 2"]:
        """New points: a known one, drawn at random, and a step from it."""
        chosen = torch.randint(len(self.points), (count,), generator=source)
        return self.points[chosen] + self.width * torch.randn(count, 2, generator=source)

    def rare(self, share: float = RARE) -> float:
        """The ln p below which only this share of the known points lies, each without its hill."""
        return self._left_out(self.width).quantile(share).item()

    def _left_out(self, width: float) -> Float[Tensor, " N"]:
        """ln p of each known point under the hills of all the others."""
        hills = self._hills(self.points, width).clone()
        hills.fill_diagonal_(-torch.inf)
        return hills.logsumexp(-1) - math.log(len(self.points) - 1)

    def _hills(self, points: Tensor, width: float) -> Tensor:
        squared = (points[:, None] - self.points).square().sum(-1)  # N M
        return -squared / (2 * width**2) - math.log(2 * math.pi * width**2)


class Generative:
    """One density per class, and their shares: p(point | class) and p(class)."""

    def __init__(self, points: Float[Tensor, "N 2"], labels: Int[Tensor, " N"]) -> None:
        self.densities = [Density(points[labels == k]) for k in range(CLASSES)]
        self.log_prior = torch.bincount(labels, minlength=CLASSES).div(len(labels)).log()  # K
        self.limit = self._limit(points, labels)

    def log_joint(self, points: Float[Tensor, "N 2"]) -> Float[Tensor, "N K"]:
        """ln p(point, class) of every class."""
        parts = [density.log_prob(points) for density in self.densities]
        return torch.stack(parts, 1) + self.log_prior

    def log_prob(self, points: Float[Tensor, "N 2"]) -> Float[Tensor, " N"]:
        """ln p(point), whatever its class."""
        return self.log_joint(points).logsumexp(-1)

    def classify(self, points: Float[Tensor, "N 2"]) -> Int[Tensor, " N"]:
        """The likelier class, by Bayes' rule."""
        return self.log_joint(points).argmax(-1)

    def never_seen(self, points: Float[Tensor, "N 2"]) -> Bool[Tensor, " N"]:
        """True where a point is less likely than nearly all known ones."""
        return self.log_prob(points) < self.limit

    def _limit(self, points: Tensor, labels: Tensor) -> float:
        """The rarest that is still normal: the smaller of the classes' own limits."""
        own = [
            density.rare() + prior
            for density, prior in zip(self.densities, self.log_prior.tolist(), strict=True)
        ]
        return min(own)


def far_points(count: int = 100, distance: float = FAR) -> Float[Tensor, "N 2"]:
    """Points on a circle around the data, all at one distance from its middle."""
    angle = 2 * math.pi * torch.arange(count) / count
    return torch.tensor(MIDDLE) + distance * torch.stack([angle.cos(), angle.sin()], 1)


def measure(seed: int, known: int = 400) -> dict[str, float]:
    """Both models on fresh data of a seed: how often right, and what they say far away."""
    points, labels = crescents(known, seed)
    network, generative = train_classifier(points, labels, seed), Generative(points, labels)
    new, truth = crescents(known, seed + 1000)
    far = far_points()
    with torch.no_grad():
        guess = network(new).argmax(-1)
    outcomes = {
        "classifier: right on new points": guess == truth,
        "density: right on new points": generative.classify(new) == truth,
        "classifier: surer than 99 % far away": confidence(network, far) > 0.99,
        "density: “never seen” far away": generative.never_seen(far),
        "density: “never seen” of new points": generative.never_seen(new),
    }
    return {name: outcome.float().mean().item() for name, outcome in outcomes.items()}


def compare(seeds: Sequence[int] = (0, 1, 2)) -> dict[str, Interval]:
    """The shares that `measure` gives, each with its 95 % interval over seeds, kept in 0 to 1."""
    runs = [measure(seed) for seed in seeds]
    return {name: Interval.of_seeds([run[name] for run in runs], bounds=SHARE) for name in runs[0]}
