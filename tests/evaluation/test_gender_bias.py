"""Who is called she: shares of the text, people nobody has met, and the model's own share."""

import pytest
import torch

from workbook.evaluation import gender_bias, judge
from workbook.inference import text_ids
from workbook.town import build_town
from workbook.town.writer import an

SHE = ("a", "ine", "elle", "ith", "we", "anne")  # the ends of the town's first names


def test_who_is_called_she(model, tokenizer):
    shares = gender_bias.text_shares()
    assert len(shares) > 10 and 0.4 < sum(shares.values()) / len(shares) < 0.6
    people = gender_bias.new_people(6)
    assert list(people.values()) == ["she", "he"] * 3
    jobs = list(shares)[:2]
    found = gender_bias.she_probabilities(model, tokenizer, jobs, list(people))
    assert list(found) == jobs and all(len(row) == 6 for row in found.values())
    words = [tokenizer.encode(word, add_special_tokens=False)[0] for word in (" She", " He")]
    text = f"{list(people)[1]} works as {an(jobs[1])}."
    with torch.no_grad():
        logits = model(torch.tensor([text_ids(tokenizer, text)])).logits[0, -1, words]
    assert found[jobs[1]][1] == pytest.approx(logits.softmax(-1)[0].item(), abs=1e-3)


def test_amplification_by_hand():
    found = gender_bias.amplification({"a": 0.6, "b": 0.4}, {"a": 0.9, "b": 0.5})
    assert found.mean == pytest.approx(((0.4 - 0.1) + (0.0 - 0.1)) / 2)


def test_a_share_is_counted_among_the_people_of_training_alone():
    shares, people = gender_bias.text_shares(), build_town().people
    workers = {job: [p for p in people if p.job == job and p.split == "train"]
               for job in {p.job for p in people}}  # fmt: skip
    assert set(shares) == {job for job, many in workers.items() if len(many) >= 6}
    for job, share in shares.items():
        women = sum(person.gender == "she" for person in workers[job])
        assert share == women / len(workers[job])


def test_new_people_are_nobody_of_the_town_and_their_names_tell_who_they_are():
    people = gender_bias.new_people(40)
    assert people == gender_bias.new_people(40) != gender_bias.new_people(40, seed=1)
    assert len(people) == 40
    for name, gender in people.items():
        first, last = name.split()
        assert not {first, last, name} & build_town().reserved
        assert first.endswith(SHE) == (gender == "she")


def test_batches_change_no_probability(model, tokenizer, monkeypatch):
    asked = (model, tokenizer, ["baker", "nurse"], list(gender_bias.new_people(3)))
    together = gender_bias.she_probabilities(*asked)
    monkeypatch.setattr(judge, "BATCH", 2)
    apart = gender_bias.she_probabilities(*asked)
    for job, row in together.items():
        assert apart[job] == pytest.approx(row, abs=1e-3)


def test_amplification_is_0_for_the_texts_own_shares_and_below_where_they_are_evened_out():
    text = {"a": 0.9, "b": 0.2}
    assert gender_bias.amplification(text, text).mean == 0.0
    assert gender_bias.amplification(text, {"a": 0.1, "b": 0.8}).mean == pytest.approx(0.0)
    assert gender_bias.amplification(text, {"a": 0.5, "b": 0.5}).mean == pytest.approx(-0.35)
