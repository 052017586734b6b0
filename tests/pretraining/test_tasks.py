"""The four tasks: what is asked, what counts as right, and that batches go where the model is."""

import re

import pytest
import torch

from workbook.pretraining import copying_probe, data, entropy_bound, models, probing, tagging, tasks
from workbook.pretraining.models import ARCHITECTURES, ObjectiveBatches, Size
from workbook.pretraining.objectives import pad_rows
from workbook.town.texts.politeness.politeness import politeness
from workbook.training.batches import to_device
from workbook.training.packing import IGNORE

TINY = Size(channels=24, blocks=2, heads=2, inner=32)


@pytest.fixture(scope="module")
def tokenizer():
    return data.tokenizer()


@pytest.fixture(scope="module")
def tiny(tokenizer):
    return {name: models.build(name, tokenizer, 0, TINY).eval() for name in ARCHITECTURES}


@pytest.mark.parametrize("half", probing.HALVES)
def test_a_blank_has_its_clue_on_one_side(half, tokenizer):
    asked = probing.blanks(40, half)
    for blank in asked:
        whole = f"{blank.before} {blank.word}{blank.after}"
        assert len(data.document_ids(whole, tokenizer)) <= data.LENGTH
        sides = [re.findall("[A-Za-z]+", side).count(blank.word) for side in
                 (blank.before, blank.after)]  # fmt: skip
        assert sides == ([0, 1] if half == "early" else [1, 0])
    assert asked == probing.blanks(40, half) and asked != probing.blanks(40, half, data.UNSEEN)
    with pytest.raises(ValueError, match="there are early, late"):
        probing.blanks(1, "middle")


def test_early_and_late_blanks_ask_for_the_same_words_of_the_same_texts():
    """So that the place of the clue is all that differs."""
    early, late = (probing.blanks(40, half) for half in probing.HALVES)
    for one, other in zip(early, late, strict=True):
        assert one.word == other.word and len(one.before) < len(other.before)
        assert f"{one.before} {one.word}{one.after}" == f"{other.before} {other.word}{other.after}"


class Oracle(torch.nn.Module):
    """Says what it is told to say at each place; wrong in every second row, in the last token."""

    def __init__(self, labels, vocabulary):
        super().__init__()
        self.labels, self.vocabulary = labels.clamp(min=0), vocabulary

    def forward(self, ids, decoder_ids=None, keep_mask=None):
        said = self.labels.clone()
        for row in range(1, len(said), 2):
            last = (self.labels[row] > 0).nonzero()[-1]
            said[row, last] += 1
        return torch.nn.functional.one_hot(said, self.vocabulary + 1).float()


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_a_word_counts_only_if_all_its_tokens_are_right(objective, tokenizer):
    asked = probing.blanks(6, "late")
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    labels = [row.labels for blank in asked for row in probing._questions(tools, tokenizer, blank)]
    oracle = Oracle(pad_rows(labels, IGNORE), len(tokenizer))
    right = [True, False] * 3
    if objective == "masked":  # every second question fails, one for each token of a word
        sizes, rows = probing.word_sizes(tokenizer, asked), 0
        right = []
        for size in sizes:
            right.append(size == 1 and rows % 2 == 0)
            rows += size
    assert probing.fill_in(objective, oracle, tokenizer, asked) == right


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_a_blank_never_shows_its_word(objective, tokenizer):
    """What a model reads is the text without the word; a decoder reads the left side alone."""
    blank = probing.Blank("The old", "soggabout", " sat down.")
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    asked = probing._questions(tools, tokenizer, blank)[0]
    word = tokenizer.encode(" soggabout", add_special_tokens=False)
    labels = asked.labels[asked.labels != IGNORE].tolist()
    assert labels == (word[:1] if objective == "masked" else word)
    first = (asked.labels != IGNORE).nonzero()[0].item()
    if objective == "causal":
        assert tokenizer.decode(asked.inputs[1 : first + 1]) == "The old"
    else:
        said = tokenizer.decode(asked.inputs)
        assert "soggabout" not in said and "The old" in said and " sat down." in said


def test_the_encoder_fills_from_left_to_right(tokenizer):
    """Fault B1: it filled all tokens at once, the decoder one by one. Each question has the tokens
    before it filled in, those from it on masked, and asks for one."""
    blank = probing.Blank("The old", "soggabout", " sat down.")
    tools = ObjectiveBatches("masked", torch.zeros(1, 1), tokenizer)
    word = tokenizer.encode(" soggabout", add_special_tokens=False)
    rows = probing._questions(tools, tokenizer, blank)
    assert len(rows) == len(word) > 1
    for place, row in enumerate(rows):
        masks = (row.inputs == tools.mask_id).nonzero()[:, 0].tolist()
        assert len(masks) == len(word) - place
        assert row.labels[masks[0]] == word[place] and (row.labels != IGNORE).sum() == 1
        assert row.inputs[masks[0] - place : masks[0]].tolist() == word[:place]


def test_filling_is_counted_by_the_tokens_of_the_word(tokenizer, monkeypatch):
    """Right where the word has two tokens, and nowhere else."""

    def two(_objective, _model, tokenizer, asked):
        return [size == 2 for size in probing.word_sizes(tokenizer, asked)]

    monkeypatch.setattr(probing, "fill_in", two)
    found = probing.filled_by_size("causal", None, tokenizer, 60)
    assert found["early"] == {"1 token": 0, "2 tokens": 1, "3 tokens or more": 0} == found["late"]


def test_states_do_not_depend_on_padding(tiny, tokenizer):
    """A text alone and beside a longer one."""
    short, long = "The boat is late.", "The boat is late, and so is the old captain of the ferry."
    for name in ARCHITECTURES:
        alone = probing.sentence_states(name, tiny[name], tokenizer, [short])
        beside = probing.sentence_states(name, tiny[name], tokenizer, [short, long])
        assert torch.allclose(alone[0], beside[0], atol=1e-5), name


def test_probe_finds_a_direction_and_is_blind_without_one():
    source = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (400,), generator=source) * 2.0 - 1
    states = torch.randn(400, 20, generator=source)
    blind = (probing.probe(states[:300], labels[:300], states[300:]) == labels[300:]).float().mean()
    states[:, 3] += 3 * labels
    found = (probing.probe(states[:300], labels[:300], states[300:]) == labels[300:]).float().mean()
    assert found > 0.97 and 0.3 < blind < 0.7


def test_reviews_do_not_show_their_stars():
    texts, labels = probing.reviews(30)
    assert not any("Stars" in text for text in texts)
    assert set(labels.tolist()) == {1.0, -1.0}


def test_reviews_are_told_apart_by_what_is_asked():
    """Rude words stand in rude reviews alone; a mixed review is neither good nor bad."""
    texts, labels = probing.reviews(60)
    rude = torch.tensor([politeness(text) < 0.5 for text in texts])
    assert rude.any() and (labels[rude] == 1).all()
    about = probing.reviews(60, about="sentiment")
    assert about[0] != texts and len(about[0]) == 60


def test_no_count_of_words_tells_the_order(tokenizer):
    """Both orders hold the same tokens equally often, so counting is right half the time."""
    texts, labels = probing.orders(40)
    counts = probing.token_counts(texts, tokenizer)
    assert torch.equal(counts[::2], counts[1::2]) and counts.sum() > 1000
    assert labels[::2].eq(1).all() and labels[1::2].eq(-1).all()
    for text, label in zip(texts, labels, strict=True):
        rude, polite = text.split("\n")
        assert rude.startswith("Rude: ") and polite.startswith("Polite: ")
        assert (politeness(rude[6:]) < politeness(polite[8:])) is bool(label > 0)
    assert probing.counted_shares(tokenizer, "order")["many"] == 0.5


def test_counting_words_needs_no_model(tokenizer):
    """The lesson's baseline: it tells rude from polite better than chance by far."""
    shares = probing.counted_shares(tokenizer)
    assert 0.7 < shares["few"] < shares["many"] < 1
    ids = tokenizer.encode("It is not. It is.", add_special_tokens=False)
    counts = probing.token_counts(["It is not. It is."], tokenizer)
    place = tokenizer.encode(" is", add_special_tokens=False)
    assert counts.sum() == len(ids) and counts[0, place].tolist() == [2.0]


def test_the_probe_beats_chance_with_many_labels_and_with_few(tiny, tokenizer, monkeypatch):
    """States that hold the answer are read; few labels read them less well."""

    def states(objective, model, tokenizer, texts):
        noise = torch.randn(len(texts), 30, generator=torch.Generator().manual_seed(len(texts[0])))
        noise[:, 0] += torch.tensor([2.0 if politeness(text) < 0.5 else -2.0 for text in texts])
        return noise

    monkeypatch.setattr(probing, "sentence_states", states)
    shares = probing.probe_shares("masked", tiny["masked"], tokenizer)
    assert 0.6 < shares["few"] < shares["many"]


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_continuations_are_drawn_from_the_model(objective, tiny, tokenizer, monkeypatch):
    """Token by token against the model asked anew, without a loop over a batch."""
    monkeypatch.setattr(tasks, "NEW", 3)
    prompts, truth = tasks.beginnings(tokenizer, 2)
    assert prompts.shape == (2, tasks.PROMPT) and truth.shape == (2, 3)
    said = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=0)
    again = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=0)
    other = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=1)
    assert said.shape == (2, 3) and torch.equal(said, again) and not torch.equal(said, other)
    assert not set(said.flatten().tolist()) & set(tokenizer.all_special_ids)


def test_surprise_is_the_judges_loss_on_the_new_tokens(tiny_llama):
    prompts = torch.randint(3, 97, (3, 6), generator=torch.Generator().manual_seed(0))
    said = torch.randint(3, 97, (3, 4), generator=torch.Generator().manual_seed(1))
    labels = torch.cat([torch.full_like(prompts, IGNORE), said], 1)
    with torch.no_grad():
        loss = tiny_llama(input_ids=torch.cat([prompts, said], 1), labels=labels).loss.item()
    assert tasks.mean_nll(tiny_llama, prompts, said) == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("objective", ["causal", "spans"])
def test_pairs_ask_for_the_polite_sentence_alone(objective, tokenizer):
    examples = tasks.pairs(3)
    batch = tasks.pair_batch(objective, examples, tokenizer)
    for (_, polite), labels in zip(examples, batch.labels, strict=True):
        said = tokenizer.decode(labels[labels != IGNORE], skip_special_tokens=True)
        assert said.strip() == polite
    if objective == "spans":
        assert torch.equal(batch.decoder_inputs[0, 1:4], batch.labels[0, :3])


def test_the_judges_loss_of_each_token_has_its_place(tiny_llama):
    prompts, said = torch.tensor([[3, 4, 5]]), torch.tensor([[6, 7]])
    each = tasks.token_nll(tiny_llama, prompts, said)
    assert each.shape == (1, 2)
    assert each.mean().item() == pytest.approx(tasks.mean_nll(tiny_llama, prompts, said))
    alone = tasks.token_nll(tiny_llama, prompts, said[:, :1])
    assert each[0, 0].item() == pytest.approx(alone.item(), rel=1e-4)


@pytest.mark.parametrize("objective", ["causal", "spans"])
def test_what_is_rewritten_is_the_greedy_answer(objective, tiny, tokenizer):
    """Token by token, with the batch that it is tuned on in place of the cache."""
    rude = "Wait outside, you nitterling!"
    said = tasks.rewritten(objective, tiny[objective], tokenizer, rude, most=3)
    answer = []
    for _ in range(3):
        batch = tasks.pair_batch(objective, [(rude, "x")], tokenizer)
        if objective == "spans":
            begin = torch.tensor([[tokenizer.bos_token_id, *answer]])
            logits = tiny[objective](batch.inputs, decoder_ids=begin)
        else:
            before = batch.inputs[:, : int((batch.labels == IGNORE).sum()) + 1]
            logits = tiny[objective](torch.cat([before, torch.tensor([answer]).long()], 1))
        answer.append(int(logits[0, -1].argmax()))
    assert said == tokenizer.decode(answer, skip_special_tokens=True).strip()


def test_an_encoder_alone_cannot_rewrite(tiny, tokenizer):
    assert tasks.rewriting("masked", tiny["masked"], tokenizer)["rewriting"] is None


def test_rewriting_tunes_a_copy_and_swaps_the_evidence(tiny, tokenizer, monkeypatch):
    monkeypatch.setattr(tasks, "TUNING_STEPS", 2)
    before = tiny["spans"].embedding.weight.clone()
    found = tasks.rewriting("spans", tiny["spans"], tokenizer)
    assert torch.equal(tiny["spans"].embedding.weight, before)
    assert found["rewriting"] != found["rewriting_blind"] and 0 < found["rewriting"] < 9


def everything(objective, model, tokenizer, judge):
    """Every function of the lesson that asks a model something."""
    tasks.all_tasks(objective, model, tokenizer, 0, judge)
    for half in probing.HALVES:
        probing.fill_in(objective, model, tokenizer, probing.blanks(3, half))
    tagger = tagging.Tagger(objective, model).to(next(model.parameters()).device)
    tagging.predicted_tags(tagger, tagging.tagged(2, tokenizer), tokenizer.pad_token_id)
    for where in copying_probe.PLACES:
        copying_probe.gained(objective, model, tokenizer, where)
    if objective == "spans":
        copying_probe.cross_attention(model, tokenizer, tasks.pairs(3))
    if objective == "causal":
        texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 3)
        entropy_bound.causal_loss_on(model, texts)
        assert len(entropy_bound.mean_nll(model, texts.texts, tokenizer)) == 3


@pytest.fixture
def few(monkeypatch):
    """Little of everything, so that all of it can be asked in a second."""
    for module, name, value in (
        (tasks, "ASKED", 3), (tasks, "NEW", 2), (tasks, "TUNING_STEPS", 2),
        (probing, "EXAMPLES", 12), (probing, "FEW", 6),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_every_batch_goes_to_the_models_device(
    objective, tiny, tokenizer, tiny_llama, few, monkeypatch
):
    """On a GPU the lesson crashed: batches stayed on the CPU. Here each tensor that a model reads
    must have come through `to_device`, whatever the device is."""
    moved, read = [], []

    def moving(batch, device):
        found = to_device(batch, device)
        parts = found if isinstance(found, tuple) else (found,)
        moved.extend(part for part in parts if part is not None)
        return found

    def reads(_module, inputs):
        given = [part for part in inputs if isinstance(part, torch.Tensor)]
        read.extend(given)
        assert all(any(part is one for one in moved) for part in given)

    monkeypatch.setattr(models, "to_device", moving)
    monkeypatch.setattr(entropy_bound, "to_device", moving)
    monkeypatch.setattr(tasks, "tuned", lambda _objective, model, *_: model)
    monkeypatch.setattr(tasks, "mean_nll", lambda *_: 0.0)
    modules = (tiny[objective], tiny[objective].embedding)  # `encode` goes by the second alone
    hooks = [module.register_forward_pre_hook(reads) for module in modules]
    try:
        everything(objective, tiny[objective], tokenizer, tiny_llama)
    finally:
        for hook in hooks:
            hook.remove()
    assert len(read) > 20


@pytest.mark.gpu
@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_everything_works_on_a_gpu(objective, tokenizer, tiny_llama, few):
    model = models.build(objective, tokenizer, 0, TINY).eval().cuda()
    everything(objective, model, tokenizer, tiny_llama.cuda())
    if objective != "masked":
        tasks.rewritten(objective, model, tokenizer, "You clod!", most=2)
    tiny_llama.cpu()


def test_surprises_are_the_losses_of_single_texts(tiny, tokenizer):
    texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 5)
    each = torch.tensor(entropy_bound.mean_nll(tiny["causal"], texts.texts, tokenizer, rows=2))
    lengths = texts.keep_mask.sum(1) - 1
    mean = float((each * lengths).sum() / lengths.sum())
    assert mean == pytest.approx(entropy_bound.causal_loss_on(tiny["causal"], texts), rel=1e-5)
    alone = entropy_bound.mean_nll(tiny["causal"], texts.texts[3:4], tokenizer)
    assert alone == pytest.approx([each[3].item()], rel=1e-5)
