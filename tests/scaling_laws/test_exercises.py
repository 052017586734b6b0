"""The exercises of lesson 06: references right for every seed, wrong answers refused."""

import math

import pytest
from exercise_rules import rules

from workbook.scaling_laws import Law, approaches, counting, exercises, limits
from workbook.scaling_laws.chinchilla import SCALE, _points, huber_objective
from workbook.scaling_laws.exercises import EXERCISES


def without_attention(width, ffn_dim, layers, vocabulary, tokens):
    return 2 * tokens * (layers * (4 * width**2 + 3 * width * ffn_dim) + vocabulary * width)


def one_flop_a_weight(width, ffn_dim, layers, vocabulary, tokens):
    return exercises.forward_flops(width, ffn_dim, layers, vocabulary, tokens) // 2


def without_output(width, ffn_dim, layers, vocabulary, tokens):
    return exercises.forward_flops(width, ffn_dim, layers, 0, tokens)


def squares(constants, log_n, log_d, log_loss, delta):
    return exercises.huber_sum(constants, log_n, log_d, log_loss, 1e9)


def mean(constants, log_n, log_d, log_loss, delta):
    return exercises.huber_sum(constants, log_n, log_d, log_loss, delta) / len(log_n)


def lowest_run(sizes, losses):
    return sizes[losses.argmin()]


def plain_parabola(sizes, losses):
    return exercises.best_size(sizes.exp().clamp(max=1e300), losses)


def not_inverted(sizes, losses):
    return exercises.best_size(sizes, losses).log()


WRONG = {
    "scaling_laws.units": [(1.0, 2.0, 3640.0), (1.0, 3.2, 364.0), (8.0, 3.2, 3640.0)],
    "scaling_laws.forward_flops": [without_attention, one_flop_a_weight, without_output],
    "scaling_laws.huber_sum": [squares, mean],
    "scaling_laws.best_size": [lowest_run, not_inverted],
    "scaling_laws.best_split": [
        lambda flops, A, B, alpha, beta: exercises.best_split(flops, A, B, alpha, beta)[::-1],
        lambda flops, A, B, alpha, beta: (
            exercises.best_split(flops, A, B, alpha, beta)[0],
            20 * exercises.best_split(flops, A, B, alpha, beta)[0],
        ),
        lambda flops, A, B, alpha, beta: exercises.best_split(6 * flops, A, B, alpha, beta),
    ],
    "scaling_laws.epochs_worth": [
        lambda unique, epochs, star: unique * epochs,
        lambda unique, epochs, star: unique
        + unique * star * (1 - math.exp(-(epochs - 1) / star)),
    ],
    "scaling_laws.break_even": [
        lambda large, large_tokens, small, small_tokens: 3
        * (small * small_tokens - large * large_tokens)
        / (large - small),
        lambda large, large_tokens, small, small_tokens: exercises.break_even(
            large, large_tokens, small, small_tokens
        )
        / 3,
    ],
    "scaling_laws.limit_of_three": [
        lambda first, second, third: third,
        lambda first, second, third: second**2 - first * third,
        lambda first, second, third: 2 * third - second,
    ],
}  # fmt: skip
globals().update(rules(EXERCISES, WRONG))


def test_the_flop_count_is_that_of_a_real_llama():
    from transformers import LlamaConfig

    config = LlamaConfig(
        vocab_size=500, hidden_size=64, intermediate_size=112, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=4,
    )  # fmt: skip
    count = counting.count_flops(config, 1, 40).forward
    assert exercises.forward_flops(64, 112, 3, 500, 40) == count


def test_the_objective_is_that_of_the_fit():
    constants, log_n, log_d, log_loss, delta = exercises._objective(0)
    points = _points(log_n.exp().numpy(), log_d.exp().numpy(), log_loss.exp().numpy())
    theta = constants.numpy().copy()
    theta[0] -= theta[3] * points.centre[0]
    theta[1] -= theta[4] * points.centre[1]
    value = huber_objective(theta, points, delta)[0] / SCALE
    assert exercises.huber_sum(constants, log_n, log_d, log_loss, delta).item() == pytest.approx(
        value
    )


def test_the_others_agree_with_the_package():
    sizes, losses = exercises._bent(3)
    best, _ = approaches.isoflop_minimum(sizes.tolist(), losses.tolist())
    assert exercises.best_size(sizes, losses).item() == pytest.approx(best)
    law = Law(100.0, 900.0, 1.0, 0.3, 0.6)
    assert exercises.best_split(1e18, 100.0, 900.0, 0.3, 0.6) == pytest.approx(law.optimum(1e18))
    worth = limits.DataLimited(law, 9.0, 1.0)
    assert exercises.epochs_worth(1e6, 7.0, 9.0) == pytest.approx(worth.effective_tokens(1e6, 7e6))
    best, loss = law.optimum(1e20)[0], law.least_loss(1e20)
    large, small = (limits.lifetime(law, loss, n, 0.0) for n in (best, 0.7 * best))
    demand = exercises.break_even(best, large.tokens, 0.7 * best, small.tokens)
    both = [limits.lifetime(law, loss, n, demand).flops for n in (best, 0.7 * best)]
    assert demand > 0 and both[0] == pytest.approx(both[1])
    losses = [law.loss(1e30, tokens) for tokens in (1e6, 1e7, 1e8)]
    assert exercises.limit_of_three(*losses) == pytest.approx(1.0, abs=1e-6)
