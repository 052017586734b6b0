"""The exercises of lesson 08: references against other sources, typical wrong answers refused."""

import pytest
import torch
from exercise_rules import rules

from workbook.core.hub import load_tokenizer
from workbook.finetuning import exercises
from workbook.finetuning.exercises import EXERCISES
from workbook.training.data import chat_example
from workbook.training.packing import IGNORE, Example, collate, pack


def first_answer_only(labels):
    turned = exercises.last_answer_only(labels.flip(0))
    return turned.flip(0)


def every_answer(labels):
    return labels.clone()


def last_token_only(labels):
    kept = torch.full_like(labels, IGNORE)
    last = (labels != IGNORE).nonzero()[-1]
    kept[last] = labels[last]
    return kept


def all_from_the_last_answer_on(labels):
    """Forgets that something may stand behind the answer."""
    kept = exercises.last_answer_only(labels)
    start = (kept != IGNORE).nonzero()[0]
    kept[start:] = torch.where(labels[start:] == IGNORE, 0, labels[start:])
    return kept


def runs_next_to_each_other_joined(labels):
    """Takes two answers for one where a single token stands between them."""
    kept = torch.full_like(labels, IGNORE)
    places = (labels != IGNORE).nonzero().flatten().tolist()
    start = len(places) - 1
    while start and places[start] - places[start - 1] <= 2:
        start -= 1
    for place in places[start:]:
        kept[place] = labels[place]
    return kept


def which_are_learned(labels):
    return (exercises.last_answer_only(labels) != IGNORE).tolist()


def writes_into_the_labels(labels):
    kept = exercises.last_answer_only(labels)
    labels[:] = kept
    return kept


def temperature_first(sizes, limit, temperature, drawn):
    rates = [min(size ** (1 / temperature), limit) for size in sizes]
    return [drawn * r / sum(rates) / s for r, s in zip(rates, sizes, strict=True)]


def temperature_upside_down(sizes, limit, temperature, drawn):
    return exercises.passes(sizes, limit, 1 / temperature, drawn)


def the_rest_is_thrown_away(sizes, limit, temperature, drawn):
    return exercises.passes([min(size, limit) for size in sizes], limit, temperature, drawn)


def no_limit(sizes, limit, temperature, drawn):
    return exercises.passes(sizes, max(sizes), temperature, drawn)


def rates_alone(sizes, limit, temperature, drawn):
    rates = [min(size, limit) ** (1 / temperature) for size in sizes]
    return [rate / sum(rates) for rate in rates]


def divided_by_all_tasks(scores):
    return exercises.backward_transfer(scores) * (len(scores) - 1) / len(scores)


def against_the_best(scores):
    earlier = range(len(scores) - 1)
    lost = [scores[-1][j] - max(row[j] for row in scores[:-1]) for j in earlier]
    return sum(lost) / len(lost)


def forgetting_is_positive(scores):
    return -exercises.backward_transfer(scores)


def against_the_beginning(scores):
    earlier = range(len(scores) - 1)
    return sum(scores[-1][j] - scores[0][j] for j in earlier) / len(earlier)


def mask_without_ends(ids, roles, end_id):
    return torch.where(torch.tensor([role == "assistant" for role in roles]), ids, IGNORE)


def mask_with_every_end(ids, roles, end_id):
    learned = [role == "assistant" or int(i) == end_id for i, role in zip(ids, roles, strict=True)]
    return torch.where(torch.tensor(learned), ids, IGNORE)


def mask_of_the_answers(ids, roles, end_id):
    """The prompt is learned, the answer is not."""
    labels = exercises.masked_labels(ids, roles, end_id)
    return torch.where(labels == IGNORE, ids, IGNORE)


def mask_with_zeros(ids, roles, end_id):
    labels = exercises.masked_labels(ids, roles, end_id)
    return torch.where(labels == IGNORE, 0, labels)


def mask_in_place(ids, roles, end_id):
    ids[:] = exercises.masked_labels(ids, roles, end_id)
    return ids


def mask_shifted(ids, roles, end_id):
    """Labels of the token before: the loss does that itself."""
    return exercises.masked_labels(ids, roles, end_id).roll(-1)


def pull_by_the_mean_slope(weights, old, slopes, strength):
    """The square of the mean: slopes of opposite signs cancel."""
    mean = {name: sum(chat[name] for chat in slopes) / len(slopes) for name in weights}
    return exercises.pull(weights, old, [mean], strength)


def pull_of_all_chats_added(weights, old, slopes, strength):
    return exercises.pull(weights, old, slopes, strength) * len(slopes)


def pull_without_the_half(weights, old, slopes, strength):
    return 2 * exercises.pull(weights, old, slopes, strength)


def pull_alike(weights, old, slopes, strength):
    """L2: what the old answers depend on is left out."""
    alike = [{name: torch.ones_like(weight) for name, weight in weights.items()}]
    return exercises.pull(weights, old, alike, strength)


def pull_as_a_number(weights, old, slopes, strength):
    return exercises.pull(weights, old, slopes, strength).detach()


def pull_by_name(weights, old, slopes, strength):
    """Not added up."""
    one = [({name: weight}, old, slopes, strength) for name, weight in weights.items()]
    return torch.stack([exercises.pull(*given) for given in one])


def pull_to_zero(weights, old, slopes, strength):
    """Weight decay with the Fisher information: the old weights are left out."""
    zero = {name: torch.zeros_like(weight) for name, weight in old.items()}
    return exercises.pull(weights, zero, slopes, strength)


WRONG = {
    "finetuning.pull": [
        pull_by_the_mean_slope,
        pull_of_all_chats_added,
        pull_without_the_half,
        pull_alike,
        pull_as_a_number,
        pull_by_name,
        pull_to_zero,
    ],
    "finetuning.mask_prompt": [
        mask_without_ends,
        mask_with_every_end,
        mask_of_the_answers,
        mask_with_zeros,
        mask_in_place,
        mask_shifted,
    ],
    "finetuning.predict_labels": [
        (47, 20, 46, 6),  # no marks at all
        (63, 20, 62, 5),  # the end of an answer is not learned
        (63, 22, 63, 5),  # the begin token foretold
        (63, 22, 62, 6),  # a chat cut in two to fill the row
        22,
    ],
    "finetuning.last_answer_only": [
        first_answer_only,
        every_answer,
        last_token_only,
        all_from_the_last_answer_on,
        runs_next_to_each_other_joined,
        which_are_learned,
        writes_into_the_labels,
    ],
    "finetuning.passes": [
        temperature_first,
        temperature_upside_down,
        the_rest_is_thrown_away,
        rates_alone,
        no_limit,
    ],
    "finetuning.backward_transfer": [
        divided_by_all_tasks,
        against_the_best,
        forgetting_is_positive,
    ],
}
globals().update(rules(EXERCISES, WRONG))


def test_the_prediction_is_what_the_course_does():
    """The same chat through the chat template, the mask and the packer of `workbook.training`."""
    tokenizer = load_tokenizer("bundled:town-instruct")
    word = " the"  # one token, however often it is said
    lengths = [n for pair in zip(exercises.REQUESTS, exercises.ANSWERS, strict=True) for n in pair]
    chat = [
        {"role": role, "content": (word * length)}
        for role, length in zip(("user", "assistant") * 2, lengths, strict=True)
    ]
    assert [len(tokenizer.encode(m["content"], add_special_tokens=False)) for m in chat] == lengths
    example = chat_example(tokenizer, chat)
    learned = sum(label != IGNORE for label in example.labels)
    everything = collate([[Example(example.ids, example.ids)]], 0)
    rows = pack([example] * 50, exercises.ROW)
    assert exercises.chat_counts() == (
        len(example.ids),
        learned,
        len(everything["loss_at"]),
        max(map(len, rows)),
    )


def test_last_answer_by_hand():
    labels = torch.tensor([-100, -100, 11, 12, -100, 21, 22, 23, -100])
    assert exercises.last_answer_only(labels).tolist() == [-100] * 5 + [21, 22, 23, -100]
    assert exercises.last_answer_only(torch.tensor([7, 8])).tolist() == [7, 8]
    assert exercises.last_answer_only(torch.tensor([-100])).tolist() == [-100]


def test_passes_are_those_of_a_long_draw():
    """400,000 chats drawn at random; each task's count over its size."""
    sizes, limit, temperature = [9000, 500, 40], 1000, 2.0
    rates = torch.tensor([1000**0.5, 500**0.5, 40**0.5], dtype=torch.float64)
    source = torch.Generator().manual_seed(0)
    drawn = torch.multinomial(rates, 400_000, replacement=True, generator=source)
    counted = [count / size for count, size in zip(drawn.bincount().tolist(), sizes, strict=True)]
    found = exercises.passes(sizes, limit, temperature, 400_000)
    assert found == pytest.approx(counted, rel=0.01)


def test_backward_transfer_by_hand():
    """Of .8 and .6 right after learning, .5 and .7 are left: (-.3 + .1) / 2."""
    scores = [[0.8, 0.0, 0.0], [0.7, 0.6, 0.0], [0.5, 0.7, 0.9]]
    assert exercises.backward_transfer(scores) == pytest.approx(-0.1)
    assert against_the_beginning(scores) != pytest.approx(-0.1)


def test_masked_labels_are_those_of_the_course():
    """The chat template's own mask, for a chat of the town with several turns."""
    from workbook.finetuning import data, templates

    tokenizer = load_tokenizer("bundled:town-instruct")
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    for chat in data.chats(["translate", "polite"], 4):
        pieces = templates.anatomy(tokenizer, chat)
        ids = torch.tensor([piece.id for piece in pieces])
        labels = exercises.masked_labels(ids, [piece.role for piece in pieces], end)
        assert labels.tolist() == chat_example(tokenizer, chat).labels


def test_the_pull_is_that_of_the_course():
    """`Anchor` and `fisher`, on a layer whose ln p(answer) torch differentiates."""
    from workbook.finetuning import Anchor

    torch.manual_seed(3)
    layer = torch.nn.Linear(4, 3)
    old = {name: p.detach().clone() for name, p in layer.named_parameters()}
    slopes = []
    for said, read in enumerate(torch.randn(3, 4)):
        layer.zero_grad()
        layer(read).log_softmax(-1)[said].backward()
        slopes.append({name: p.grad.clone() for name, p in layer.named_parameters()})
    fisher = {name: sum(s[name] ** 2 for s in slopes) / 3 for name in old}
    anchor = Anchor(layer, 0.7, fisher)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter += torch.randn_like(parameter)
    found = exercises.pull(dict(layer.named_parameters()), old, slopes, 0.7)
    assert found.item() == pytest.approx(anchor(layer).item())
