"""True or not: the judge on answers made by hand, the exact share against a plain loop."""

import pytest
import torch
from tiny_town import tiny_model, tiny_tokenizer

from workbook.inference import encode
from workbook.sampling import faithfulness as faith
from workbook.sampling.settings import SamplingConfig
from workbook.town.world import build_town


@pytest.fixture(scope="module")
def town():
    return build_town(0)


@pytest.mark.parametrize(
    "said, right",
    [
        (" signal keeper.", True),
        (" signal keeper.\nQuestion:", True),
        (" signal keeper at the lighthouse.", False),
        (" signal keepers.", False),
        (" signal", False),
        (" baker, a signal keeper.", False),
        ("", False),
    ],
)
def test_the_judge_by_hand(said, right):
    assert faith.is_right(said, "signal keeper") is right


def test_every_statement_is_a_fact_of_the_town(town):
    people = {person.name: person for person in town.among("people", "train")}
    jobs = [one for one in faith.statements(200, seed=3) if one.trait == "job"]
    assert len(jobs) > 10
    for one in jobs:
        question, said = one.prompt.split("\nAnswer: ")
        name = " ".join(said.split()[:2])
        assert people[name].job == one.value
        assert name in question and one.value not in one.prompt
        assert one.prompt == one.prompt.rstrip(), "the model writes the space before the fact"


def test_statements_are_drawn_by_their_seed():
    assert faith.statements(5, seed=1) == faith.statements(5, seed=1)
    assert faith.statements(5, seed=1) != faith.statements(5, seed=2)


def test_blind_guess_by_hand(town):
    """Naming the commonest job is right exactly for those who have it."""
    jobs = [person.job for person in town.among("people", "train")]
    commonest = max(set(jobs), key=jobs.count)
    other = next(job for job in jobs if jobs.count(job) < jobs.count(commonest))
    asked = [faith.Statement("", commonest, "job"), faith.Statement("", other, "job")]
    assert faith.blind_guess(town, asked) == 0.5


def test_exact_probability_is_a_product_over_tokens():
    """One statement at a time, token by token; the statements differ in length on purpose."""
    model, tokenizer = tiny_model(), tiny_tokenizer()
    asked = faith.statements(6, seed=5)
    assert len({len(one.prompt) for one in asked}) > 1
    exact = faith.answer_logits(model, tokenizer, asked).probability(temperature=0.7)
    for one, got in zip(asked, exact.tolist(), strict=True):
        ids = encode(tokenizer, f"{one.prompt} {one.value}.")[0]
        start = encode(tokenizer, one.prompt)[0].shape[1]
        product = 1.0
        for t in range(start, ids.shape[1]):
            with torch.no_grad():
                probs = (model(ids[:, :t]).logits[0, -1] / 0.7).softmax(-1)
            product *= probs[ids[0, t]].item()
        assert got == pytest.approx(product, rel=1e-3)


def test_exact_share_is_what_drawing_gives():
    """Answers of one token, the second likeliest of its row, drawn 3,000 times; the standard error
    of the share over four rows is below 0.005."""
    logits = 2 * torch.randn(4, 50, generator=torch.Generator().manual_seed(3))
    second = logits.topk(2).indices[:, 1:]
    exact = faith.AnswerLogits(logits[:, None], second, torch.ones(4, 1, dtype=torch.bool))
    setting = {"temperature": 1.5, "top_k": 9, "top_p": 0.8, "min_p": 0.1}
    config, source = SamplingConfig(**setting), torch.Generator().manual_seed(0)
    draws = torch.stack([config.sample(logits, generator=source) for _ in range(3000)])
    drawn = (draws == second[:, 0]).float().mean().item()
    assert exact.accuracy(**setting) == pytest.approx(drawn, abs=0.015)
    assert exact.accuracy(**setting) > exact.accuracy(temperature=1.5) + 0.05


def test_greedy_answers_are_right_or_wrong():
    found = faith.answer_logits(tiny_model(), tiny_tokenizer(), faith.statements(6, seed=5))
    best = found.logits.argmax(-1)
    right = ((best == found.answer_ids) | ~found.keep_mask).all(1)
    assert found.probability(temperature=0).tolist() == right.float().tolist()
    assert found.probability(top_k=1).tolist() == right.float().tolist()


def test_a_tokenizer_that_merges_prompt_and_answer_is_refused():
    class Letters:
        """One id per text: the prompt's is not the beginning of the whole's."""

        bos_token_id, pad_token_id = None, 0

        def encode(self, text, add_special_tokens):
            return [len(text)]

    with pytest.raises(ValueError, match="change when its answer follows"):
        faith.answer_logits(tiny_model(), Letters(), faith.statements(1))
