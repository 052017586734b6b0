"""Three answers to one question: any family of model, any template, alone or in a batch."""

import pytest
import torch
from welcome_families import FAMILIES, model, tokenizer

from workbook.welcome.answers import LONGEST, PATTERN, WHO, LanguageModel, Trio
from workbook.welcome.eliza import Eliza
from workbook.welcome.markov import Chain, words

QUESTIONS = ["Where does the ferry go?", "Who?", "Does the ferry go there, and where does it go?"]
TEXTS = ["Question: Who?\nAnswer: Ada Ames.", "Question: Where?\nAnswer: At the mill.\nQuestion:"]


@pytest.fixture
def chain():
    return Chain([words(text) for text in TEXTS], n=4)


def every_family(test):
    return pytest.mark.parametrize("family", FAMILIES)(test)


@every_family
@pytest.mark.parametrize("template", [False, True])
def test_it_says_what_transformers_says(family, template):
    """One prompt at a time, encoded by hand, decoded by the library alone."""
    asked = LanguageModel(model(family), tokenizer(template))
    for question in QUESTIONS:
        text = {
            (True, True): f"<begin>user: {question}\nassistant:",
            (True, False): f"<begin>user: {question}\nassistant:",
            (False, True): question,
            (False, False): f"<begin>{PATTERN.format(question)}",
        }[template, family == "t5"]
        ids = torch.tensor([tokenizer().encode(text)])
        out = model(family).generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=12
        )
        new = out[0] if family == "t5" else out[0, ids.shape[1] :]
        said = tokenizer().decode(new, skip_special_tokens=True).strip()
        said = said if template else said.partition("\n")[0].strip()
        assert asked.reply([question], 12) == [said]


@every_family
def test_a_batch_says_what_each_question_gets_alone(family):
    asked = LanguageModel(model(family), tokenizer())
    together = asked.replies(QUESTIONS, 12)
    for question, (text, probs) in zip(QUESTIONS, together, strict=True):
        ((alone, probs_alone),) = asked.replies([question], 12)
        assert text == alone
        assert probs == pytest.approx(probs_alone, rel=1e-3)
        assert all(0 < p <= 1 for p in probs)


@every_family
def test_the_probabilities_are_those_of_the_model(family):
    asked = LanguageModel(model(family), tokenizer())
    ((_, probs),) = asked.replies(["Who?"], 4)
    prompt = asked._encoded("Who?")
    ids = torch.tensor([prompt])
    with torch.no_grad():
        if family == "t5":
            logits = model(family)(ids, decoder_input_ids=torch.tensor([[0]])).logits
        else:
            logits = model(family)(ids).logits
    assert probs[0] == pytest.approx(logits[0, -1].softmax(-1).max().item(), rel=1e-4)


def test_a_tokenizer_without_padding_is_left_as_it_is():
    """GPT-2's has none; guards against setting one on the learner's tokenizer."""
    import copy

    bare = copy.deepcopy(tokenizer())
    bare.pad_token = None
    asked = LanguageModel(model("gpt2"), bare)
    assert asked.reply(QUESTIONS, 6) == LanguageModel(model("gpt2"), tokenizer()).reply(
        QUESTIONS, 6
    )
    assert bare.pad_token is None


def test_a_question_that_leaves_no_room_is_one_sentence():
    short = LanguageModel(model("gpt2", longest=24), tokenizer())
    assert short.reply(["Who?"], 40)  # fewer tokens than asked for, but an answer
    with pytest.raises(ValueError, match="ask in fewer words") as error:
        short.reply(["where " * 40])
    assert "\n" not in str(error.value)


def test_all_three_answer(chain):
    trio = Trio(chain, LanguageModel(model("llama"), tokenizer()))
    replies = trio.ask("Where is my boat?")
    assert tuple(reply.who for reply in replies) == WHO
    assert replies[0].text == Eliza().reply("Where is my boat?")
    assert replies[1].text in ("Ada Ames.", "At the mill.")
    assert replies[2].text == trio.model.reply(["Where is my boat?"])[0]
    assert all(reply.how for reply in replies)


def test_one_by_one_or_all_at_once_is_the_same(chain):
    trio = Trio(chain, LanguageModel(model("llama"), tokenizer()))
    together = trio.replies(QUESTIONS, seed=4)
    for place, question in enumerate(QUESTIONS):
        alone = [reply.text for reply in trio.ask(question, seed=4)]
        assert alone == [way[place] or "(nothing)" for way in together]


def test_the_chain_is_deaf(chain):
    """Its history ends before the question begins: the same dice, the same answer."""
    trio = Trio(chain, LanguageModel(model("llama"), tokenizer()))
    for seed in range(10):
        assert len({trio.chain_reply(question, seed) for question in QUESTIONS}) == 1
    assert len({trio.chain_reply("Who?", seed) for seed in range(20)}) == 2


@pytest.mark.parametrize("question", [" ", "?", "a" * (LONGEST + 1)])
def test_an_impossible_question_is_refused(chain, question):
    trio = Trio(chain, LanguageModel(model("llama"), tokenizer()))
    with pytest.raises(ValueError, match="word|characters"):
        trio.ask(question)
