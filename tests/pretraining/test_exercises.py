"""The exercises of lesson 02: references against other sources, typical wrong answers refused."""

import inspect
import itertools
import math

import pytest
import torch
from exercise_rules import outcome, rules

from workbook.pretraining import exercises, objectives, tagging
from workbook.pretraining.exercises import EXERCISES
from workbook.training.packing import IGNORE


def middle_left_where_it_was(ids, start, stop, marks):
    _, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    pieces = (ids[:start], ids[start:stop], ids[stop:])
    return torch.cat([t for m, p in zip(marks, pieces, strict=True) for t in (torch.tensor([m]), p)]
                     ), labels  # fmt: skip


def labels_not_moved(ids, start, stop, marks):
    inputs, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    return inputs, labels.roll(1)


def loss_on_everything(ids, start, stop, marks):
    inputs, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    labels[:-1] = inputs[1:]
    return inputs, labels


def no_labels(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, start, stop, marks)[0]


def writes_into_the_text(ids, start, stop, marks):
    out = exercises.fill_in_the_middle(ids, start, stop, marks)
    ids[start:stop] = IGNORE
    return out


def marks_of_the_example(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, start, stop, (3, 4, 5))


def floating(ids, start, stop, marks):
    return tuple(part.float() for part in exercises.fill_in_the_middle(ids, start, stop, marks))


def lists(ids, start, stop, marks):
    return tuple(part.tolist() for part in exercises.fill_in_the_middle(ids, start, stop, marks))


def no_gap_at_the_start(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, max(start, 1), stop, marks)


def every_band_must_agree(similarity, bands, rows):
    return (similarity**rows) ** bands


def rows_and_bands_swapped(similarity, bands, rows):
    return exercises.candidate_probability(similarity, rows, bands)


def any_row_is_enough(similarity, bands, rows):
    return 1 - (1 - similarity) ** (bands * rows)


def nats_per_byte(loss, tokens, size):
    return loss * tokens / size


def bits_per_token(loss, tokens, size):
    return loss / math.log(2)


def predicts_the_token_it_reads(logits, ids, keep_mask):
    return torch.nn.functional.cross_entropy(logits[keep_mask], ids[keep_mask])


def shifted_the_other_way(logits, ids, keep_mask):
    log_probs = logits[:, 1:].log_softmax(-1).gather(-1, ids[:, :-1, None])[..., 0]
    return -log_probs[keep_mask[:, 1:]].mean()


def padding_counts_as_zero(logits, ids, keep_mask):
    log_probs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return -(log_probs * keep_mask[:, 1:]).mean()


def a_sum_of_losses(logits, ids, keep_mask):
    return exercises.next_token_loss(logits, ids, keep_mask) * keep_mask[:, 1:].sum()


def softmax_by_hand_overflows(logits, ids, keep_mask):
    probs = logits.exp() / logits.exp().sum(-1, keepdim=True)
    chosen = probs[:, :-1].gather(-1, ids[:, 1:, None])[..., 0]
    return -chosen[keep_mask[:, 1:]].log().mean()


def step(answer):
    """An answer whose parameters are named as in the exercise, however it is written here."""
    answer.__signature__ = inspect.signature(exercises.adamw_step)
    return answer


@step
def each_clipped_by_itself(weights, gradients, *rest):
    clipped = [g / max(1.0, float(g.norm())) for g in gradients]
    return exercises.adamw_step(weights, clipped, *rest)


@step
def short_ones_stretched(weights, gradients, *rest):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return exercises.adamw_step(weights, [g / norm for g in gradients], *rest)


@step
def not_clipped(weights, gradients, means, squares, *rest):
    means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients, strict=True)]
    squares = [0.95 * s + 0.05 * g**2 for s, g in zip(squares, gradients, strict=True)]
    return weights, means, squares


def means_not_corrected(weights, gradients, means, squares, step, learning_rate, weight_decay):
    _, means, squares = exercises.adamw_step(
        weights, gradients, means, squares, step, learning_rate, weight_decay
    )
    moved = [w - learning_rate * (weight_decay * w + m / (s.sqrt() + 1e-8))
             for w, m, s in zip(weights, means, squares, strict=True)]  # fmt: skip
    return moved, means, squares


@step
def corrected_means_handed_on(weights, gradients, means, squares, step, *rest):
    moved, means, squares = exercises.adamw_step(weights, gradients, means, squares, step, *rest)
    return moved, [m / (1 - 0.9**step) for m in means], squares


def decay_in_the_gradient(weights, gradients, means, squares, step, learning_rate, weight_decay):
    """Adam with an L2 penalty: the decay is divided by the root of the squares, too."""
    norm = sum(g.square().sum() for g in gradients) ** 0.5
    pulled = [g / max(1.0, float(norm)) + weight_decay * w
              for g, w in zip(gradients, weights, strict=True)]  # fmt: skip
    clipped = exercises.adamw_step(weights, gradients, means, squares, step, learning_rate, 0.0)
    means = [0.9 * m + 0.1 * g for m, g in zip(means, pulled, strict=True)]
    squares = [0.95 * s + 0.05 * g**2 for s, g in zip(squares, pulled, strict=True)]
    moved = [w - learning_rate * m / (1 - 0.9**step) / ((s / (1 - 0.95**step)).sqrt() + 1e-8)
             for w, m, s in zip(weights, means, squares, strict=True)]  # fmt: skip
    return moved, *clipped[1:]


@step
def weights_alone(*arguments):
    return exercises.adamw_step(*arguments)[0]


@step
def weights_in_place(weights, *rest):
    moved, means, squares = exercises.adamw_step(weights, *rest)
    for old, new in zip(weights, moved, strict=True):
        old.copy_(new)
    return weights, means, squares


def special_tokens_too(ids, ordinary, draw, fate, other, mask_id):
    return exercises.mask_tokens(ids, torch.ones_like(ordinary), draw, fate, other, mask_id)


def always_a_mask(ids, ordinary, draw, fate, other, mask_id):
    return exercises.mask_tokens(ids, ordinary, draw, torch.zeros_like(fate), other, mask_id)


def labels_at_masks_alone(ids, ordinary, draw, fate, other, mask_id):
    inputs, _ = exercises.mask_tokens(ids, ordinary, draw, fate, other, mask_id)
    return inputs, torch.where(inputs == mask_id, ids, IGNORE)


def labels_everywhere(ids, ordinary, draw, fate, other, mask_id):
    return exercises.mask_tokens(ids, ordinary, draw, fate, other, mask_id)[0], ids


def random_and_kept_swapped(ids, ordinary, draw, fate, other, mask_id):
    turned = torch.where(fate < 0.8, fate, 1.8 - fate)
    return exercises.mask_tokens(ids, ordinary, draw, turned, other, mask_id)


def no_end(ids, spans, sentinels, end_id):
    inputs, targets = exercises.corrupt_spans(ids, spans, sentinels, end_id)
    return inputs[:-1], targets[:-1]


def one_sentinel_for_all(ids, spans, sentinels, end_id):
    return exercises.corrupt_spans(ids, spans, sentinels[:1] * len(spans), end_id)


def the_tail_is_lost(ids, spans, sentinels, end_id):
    inputs, targets = exercises.corrupt_spans(ids[: spans[-1][1]], spans, sentinels, end_id)
    return inputs, targets


def a_target_of_the_whole_text(ids, spans, sentinels, end_id):
    return exercises.corrupt_spans(ids, spans, sentinels, end_id)[0], [*ids, end_id]


def tensors_for_lists(ids, spans, sentinels, end_id):
    return tuple(map(torch.tensor, exercises.corrupt_spans(ids, spans, sentinels, end_id)))


def runs_of_nothing_too(tags):
    found = exercises.entities([tag + 1 for tag in tags])
    return [(start, stop, tag - 1) for start, stop, tag in found]


def neighbours_joined(tags):
    found = exercises.entities([min(tag, 1) for tag in tags])
    return [(start, stop, tags[start]) for start, stop, _ in found]


def the_last_one_is_lost(tags):
    return [each for each in exercises.entities(tags) if each[1] < len(tags)]


def the_last_token_instead_of_the_stop(tags):
    return [(start, stop - 1, tag) for start, stop, tag in exercises.entities(tags)]


WRONG = {
    "pretraining.next_token_loss": [
        predicts_the_token_it_reads,
        padding_counts_as_zero,
        a_sum_of_losses,
        softmax_by_hand_overflows,
    ],
    "pretraining.adamw_step": [
        each_clipped_by_itself,
        short_ones_stretched,
        not_clipped,
        means_not_corrected,
        corrected_means_handed_on,
        decay_in_the_gradient,
        weights_alone,
        weights_in_place,
    ],
    "pretraining.mask_tokens": [
        special_tokens_too,
        always_a_mask,
        labels_at_masks_alone,
        labels_everywhere,
        random_and_kept_swapped,
    ],
    "pretraining.corrupt_spans": [
        no_end,
        one_sentinel_for_all,
        the_tail_is_lost,
        a_target_of_the_whole_text,
        tensors_for_lists,
    ],
    "pretraining.entities": [
        runs_of_nothing_too,
        neighbours_joined,
        the_last_one_is_lost,
        the_last_token_instead_of_the_stop,
    ],
    "pretraining.predict_spans": [
        (30, 10, 170, 30),  # no sentinels and no end
        (30, 10, 180, 41),  # no end of the input
        (20, 7, 188, 28),  # a tenth corrupted
        30,
    ],
    "pretraining.fill_in_the_middle": [
        middle_left_where_it_was,
        labels_not_moved,
        loss_on_everything,
        no_labels,
        writes_into_the_text,
        marks_of_the_example,
        floating,
        lists,
        no_gap_at_the_start,
    ],
    "pretraining.candidate_probability": [
        every_band_must_agree,
        rows_and_bands_swapped,
        any_row_is_enough,
    ],
    "pretraining.bits_per_byte": [nats_per_byte, bits_per_token],
}


globals().update(rules(EXERCISES, WRONG))


def test_prediction_by_hand():
    """15 % of 200 is 30, in spans of 3: 10; 170 + 10 + 1 and 30 + 10 + 1."""
    assert exercises.span_counts() == (30, 10, 181, 41)


def test_middle_by_hand():
    inputs, labels = exercises.fill_in_the_middle(torch.arange(10, 16), 2, 4, (3, 4, 5))
    assert inputs.tolist() == [3, 10, 11, 4, 14, 15, 5, 12, 13]
    assert labels.tolist() == [IGNORE] * 6 + [12, 13, IGNORE]


def test_a_wrong_type_is_named_in_a_sentence():
    """Guards against an AttributeError of ours in place of a message about the answer."""
    for answer, says in ((lists, "of type list; they should be a tensor"), (floating, "float32")):
        result, _ = outcome("pretraining.fill_in_the_middle", answer)
        assert all(says in f.wrong for f in result.findings[:3]), result


def test_candidates_are_those_of_a_simulation():
    """200,000 pairs of signatures that agree in each place with probability 0.6."""
    agree = torch.rand(200_000, 6, 4, generator=torch.Generator().manual_seed(0)) < 0.6
    proposed = agree.all(-1).any(-1).float().mean().item()
    assert exercises.candidate_probability(0.6, 6, 4) == pytest.approx(proposed, abs=0.005)


def test_a_fair_byte_has_eight_bits():
    assert exercises.bits_per_byte(math.log(256), 7, 7) == pytest.approx(8)


def test_the_loss_is_torchs_own():
    logits, ids, keep_mask = exercises._logits(5)
    labels = ids.masked_fill(~keep_mask, IGNORE)
    own = torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORE
    )
    assert exercises.next_token_loss(logits, ids, keep_mask).item() == pytest.approx(own.item())


@pytest.mark.parametrize("size", [0.01, 5.0])
def test_steps_are_those_of_torch(size):
    """Five steps of `clip_grad_norm_` and `AdamW`, of gradients below and above length 1."""
    source = torch.Generator().manual_seed(4)
    theirs = [torch.nn.Parameter(torch.randn(shape, generator=source)) for shape in ((3, 4), (5,))]
    weights = [each.detach().clone() for each in theirs]
    means, squares = ([torch.zeros_like(each) for each in weights] for _ in range(2))
    torchs = torch.optim.AdamW(theirs, lr=0.02, betas=(0.9, 0.95), weight_decay=0.3)
    for step in range(1, 6):
        gradients = [size * torch.randn(each.shape, generator=source) for each in weights]
        for each, gradient in zip(theirs, gradients, strict=True):
            each.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_(theirs, 1.0)
        torchs.step()
        weights, means, squares = exercises.adamw_step(
            weights, gradients, means, squares, step, 0.02, 0.3
        )
    for ours, other in zip(weights, theirs, strict=True):
        torch.testing.assert_close(ours, other.detach(), atol=1e-5, rtol=1e-4)


def test_masking_is_the_packages_own_with_the_same_draws():
    """`objectives.mask_tokens`, which the lesson trains with, drawn again number by number."""
    ids = torch.randint(10, 100, (4, 50), generator=torch.Generator().manual_seed(1))
    ids[:, 0] = 3
    ours = objectives.mask_tokens(ids, 5, 100, torch.Generator().manual_seed(2), special_ids=[3])
    source = torch.Generator().manual_seed(2)
    draw, fate = torch.rand(2, *ids.shape, generator=source)
    words = torch.tensor([token for token in range(100) if token not in (3, 5)])
    other = words[torch.randint(len(words), ids.shape, generator=source)]
    inputs, labels = exercises.mask_tokens(ids, ids != 3, draw, fate, other, 5)
    assert torch.equal(inputs, ours.inputs) and torch.equal(labels, ours.labels)


def test_spans_are_those_of_raffel_et_al():
    """Figure 2: Thank you <X> me to your party <Y> week; <X> for inviting <Y> last."""
    text = list(range(10, 20))  # Thank you for inviting me to your party last week
    inputs, targets = exercises.corrupt_spans(text, [(2, 4), (8, 9)], [90, 91, 92], 1)
    assert inputs == [10, 11, 90, 14, 15, 16, 17, 91, 19, 1]
    assert targets == [90, 12, 13, 91, 18, 1]


@pytest.mark.parametrize("seed", range(5))
def test_spans_are_the_packages_own(seed):
    """The same spans, found again in what the package corrupted."""
    ids = torch.randint(10, 90, (1, 60), generator=torch.Generator().manual_seed(seed))
    made = objectives.corrupt_spans(
        ids, [90, 91, 92, 93], 1, 2, torch.Generator().manual_seed(seed), share=0.2
    )
    inputs, targets = made.inputs[0].tolist(), made.labels[0].tolist()
    spans, place, kept = [], 0, iter(inputs)
    for sentinel in (token for token in inputs if token >= 90):
        place += len(list(itertools.takewhile(lambda token, s=sentinel: token != s, kept)))
        after = targets[targets.index(sentinel) + 1 :]
        size = next(i for i, token in enumerate(after) if token >= 90 or token == 1)
        spans.append((place, place + size))
        place += size
    again = exercises.corrupt_spans(ids[0].tolist(), spans, [90, 91, 92, 93], 1)
    assert again == (inputs, targets)


def test_entities_are_those_that_tagging_counts():
    tags = exercises._tags(3)[0]
    assert set(exercises.entities(tags)) == tagging.spans_of(tags)
