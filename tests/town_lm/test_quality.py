"""How the town's models are measured: shares with intervals, replies in batches, losses."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.town import build_both
from workbook.town_lm import quality
from workbook.town_lm.quality import mean, names_right, share, share_difference
from workbook.training.examples import raw_example


@given(st.lists(st.booleans(), min_size=1, max_size=400))
@settings(deadline=None)
def test_the_interval_of_a_share_is_wilsons(outcomes):
    from scipy.stats import binomtest

    score = share("x", outcomes)
    low, high = binomtest(sum(outcomes), len(outcomes)).proportion_ci(method="wilson")
    assert score.value == pytest.approx(sum(outcomes) / len(outcomes))
    assert (score.low, score.high) == pytest.approx((low, high), abs=1e-6)


def test_the_interval_of_a_mean_is_the_normal_one():
    score = mean("x", [1.0, 2.0, 3.0, 4.0])
    half = 1.959964 * math.sqrt(5 / 3 / 4)
    assert (score.value, score.low, score.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))
    with pytest.raises(ValueError, match="at least two"):
        mean("x", [1.0])
    with pytest.raises(ValueError, match="no case"):
        share("x", [])


PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=300)


@given(PAIRS)
@settings(deadline=None)
def test_a_difference_of_shares_lies_in_its_interval_and_turns_round(pairs):
    ours, theirs = zip(*pairs, strict=True)
    value, low, high = share_difference(ours, theirs)
    assert value == pytest.approx((sum(ours) - sum(theirs)) / len(pairs))
    assert -1 <= low <= value <= high <= 1 and low < high
    turned = [-side for side in share_difference(theirs, ours)]
    assert turned == pytest.approx([value, high, low])


def test_the_interval_of_a_difference_by_hand():
    """10 pairs, 4 gained, 1 lost: p+ = 5/12, p- = 2/12 (Bonett and Price)."""
    ours = [True] * 4 + [False] + [True] * 5
    theirs = [False] * 4 + [True] + [True] * 5
    half = 1.959964 * math.sqrt((7 / 12 - (3 / 12) ** 2) / 12)
    assert share_difference(ours, theirs) == pytest.approx((0.3, 0.25 - half, 0.25 + half))
    with pytest.raises(ValueError):
        share_difference([True], [True, False])
    with pytest.raises(ValueError, match="at least one case"):
        share_difference([], [])


def test_the_interval_of_a_difference_holds_in_19_of_20_trials():
    """Coverage on 4,000 seeded trials of 120 pairs, true difference .2 - .1."""
    source = torch.Generator().manual_seed(3)
    drawn = torch.rand(4000, 120, generator=source)
    held = 0
    for row in drawn:
        ours, theirs = row < 0.2, row > 0.9
        value, low, high = share_difference(ours.tolist(), theirs.tolist())
        held += low <= 0.1 <= high
    assert 0.94 < held / 4000 < 0.97


TALK = {
    "dialogue": "Chuba: Meet me at the Old Oar Inn.\nSwero: With pleasure. Is Plizza there?",
    "summary": "Chuba and Swero meet at the Old Oar Inn with Plizza.",
    "names": ["Chuba", "Swero", "Old Oar Inn", "Plizza"],
}


@pytest.mark.parametrize(
    "summary, right",
    [
        (TALK["summary"], True),
        ("Swero meets Chuba and Plizza at the Old Oar Inn.", True),
        ("Chuba and Swero meet at the Old Oar Inn.", False),  # Plizza is missing
        ("Chuba and Swero meet Plizza at the Red Oar Inn.", False),  # another inn
        ("Chuba, Swero, Plizza and Wilo meet at the Old Oar Inn.", False),  # Wilo is made up
    ],
)
def test_names_right_finds_what_is_missing_and_what_is_made_up(summary, right):
    assert names_right(summary, TALK) is right


def test_later_facts_are_those_that_the_cutoff_did_not_have():
    old, new = build_both(0)
    known = {(f.name, f.trait): f.value for f in _all_facts(old)}
    later = quality.later_facts(old, new)
    assert len(later) > 300
    assert all(known.get((f.name, f.trait)) != f.value for f in later)
    changed = [f for f in later if (f.name, f.trait) in known]
    assert 100 < len(changed) < len(later)
    learned = quality.learned_facts(old)
    assert all(known[(f.name, f.trait)] == f.value for f in learned)
    assert not {f.name for f in learned} - {
        name
        for table in ("people", "places", "products", "events")
        for row in old.among(table, "train")
        for name in (row.name, f"the {row.name}")
    }


def _all_facts(town):
    from workbook.town.texts.questions.recall import facts_of

    return [
        fact
        for table in ("people", "places", "products", "events")
        for entity in getattr(town, table)
        for fact in facts_of(town, entity)
    ]


@pytest.fixture
def chatting(tiny_llama, tmp_path, monkeypatch):
    """A model that knows nothing, with a small tokenizer of the town's kind."""
    from workbook.town import mixture
    from workbook.training.tokenizer import train_tokenizer

    texts = (document.text for document, _ in zip(mixture(seed=5), range(60), strict=False))
    tokenizer = train_tokenizer(texts, 400)
    tiny_llama.resize_token_embeddings(len(tokenizer))
    tiny_llama.config.eos_token_id = tiny_llama.generation_config.eos_token_id = (
        tokenizer.eos_token_id
    )
    return tiny_llama.eval(), tokenizer


CHATS = [
    [{"role": "user", "content": "Where does Vella Oskmere live?"}],
    [{"role": "user", "content": "Hello."}],
    [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "And now? " * 9},
        {"role": "assistant", "content": "Action: look"},
        {"role": "tool", "content": "Nothing there."},
    ],
]


def test_replies_do_not_depend_on_the_batch_and_stop_at_the_end_token(chatting, monkeypatch):
    model, tokenizer = chatting
    together = quality.replies(model, tokenizer, CHATS, 12)
    monkeypatch.setattr(quality, "BATCH", 1)
    alone = quality.replies(model, tokenizer, CHATS, 12)
    assert together == alone and len(set(together)) > 1
    first = quality.replies(model, tokenizer, CHATS[:1], 12)
    assert first == together[:1]
    # the fourth token of an answer becomes the end: what follows it is gone
    ids = tokenizer.apply_chat_template(CHATS[0], add_generation_prompt=True, return_dict=False)
    out = model.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False)[0, len(ids) :]
    model.generation_config.eos_token_id = int(out[3])
    cut = quality.replies(model, tokenizer, CHATS[:1], 12)[0]
    length = out.tolist().index(int(out[3]))
    assert cut == tokenizer.decode(out[: length + 1], skip_special_tokens=True).strip()


def test_drawn_replies_repeat_with_the_seed_and_leave_the_caller_alone(chatting):
    model, tokenizer = chatting
    chats = CHATS * 4
    torch.manual_seed(1)
    before = torch.rand(3)
    torch.manual_seed(1)
    some = quality.replies(model, tokenizer, chats, 10, temperature=1.0, seed=5)
    assert torch.equal(torch.rand(3), before)
    assert some == quality.replies(model, tokenizer, chats, 10, temperature=1.0, seed=5)
    assert some != quality.replies(model, tokenizer, chats, 10, temperature=1.0, seed=6)
    assert len(set(some[::3])) > 1, "the same chat is answered in several ways"
    cold = quality.answerer(model, tokenizer)(CHATS, 10, temperature=1e-4)
    assert cold == quality.replies(model, tokenizer, CHATS, 10)


def test_the_loss_is_measured_token_by_token_beside_the_entropy_bound(chatting):
    """A model that knows nothing pays ln V a token; the bound does not depend on the model."""
    model, tokenizer = chatting
    with torch.no_grad():
        model.get_output_embeddings().weight.zero_()
    found = quality.measure_loss(model, tokenizer, 12, mix={"page": 1, "passage": 1})
    assert found["loss"] == pytest.approx(math.log(len(tokenizer)), rel=1e-4)
    assert 0.02 < found["entropy_bound"] < 3.0


def test_rows_begin_with_a_document_and_have_one_length(chatting):
    _, tokenizer = chatting
    texts = ["One.", "Two two two two.", "Three.", "Four four four four.", "Five."]
    joined = {text: raw_example(tokenizer, text).ids for text in texts}
    length = len(joined[texts[0]]) + 3
    rows = list(quality.full_rows(tokenizer, iter(texts), length))
    assert rows == [
        (joined[texts[0]] + joined[texts[1]])[:length],
        (joined[texts[2]] + joined[texts[3]])[:length],
    ]  # the fifth fills no row


def test_losses_by_position_are_those_of_the_tokens_there(chatting, monkeypatch):
    """Computed again token by token; begin tokens are left out."""
    model, tokenizer = chatting
    monkeypatch.setattr(quality, "LENGTH", 60)
    mix = {"review": 1.0}
    windows = [(1, 8), (20, 60)]
    found = quality.losses_by_position(model, tokenizer, 6, windows, mix)
    from workbook.town import mixture

    texts = (document.text for document in mixture(mix, "test", quality.SEED))
    rows = quality.full_rows(tokenizer, texts, 60)
    for number, row in zip(range(6), rows, strict=False):
        with torch.no_grad():
            log_probs = model(torch.tensor([row])).logits[0].log_softmax(-1)
        for values, (first, past) in zip(found, windows, strict=True):
            places = [t for t in range(first, past) if row[t] != tokenizer.bos_token_id]
            losses = [-log_probs[t - 1, row[t]].item() for t in places]
            assert values[number] == pytest.approx(sum(losses) / len(losses), rel=1e-4)
    assert all(len(values) == 6 for values in found)


def test_the_mix_of_a_base_model_is_that_of_its_recipe(tmp_path):
    from workbook.town import RAW_MIXTURE

    assert quality.mix_of(tmp_path) == RAW_MIXTURE
    (tmp_path / "recipe.json").write_text('{"mix": {"page": 1.0}}', encoding="utf-8")
    assert quality.mix_of(tmp_path) == {"page": 1.0}
