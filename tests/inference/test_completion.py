"""Completion in batches: what one plain loop over logits says, and how sure it was."""

import pytest
import torch
from byte_tokenizers import CHAT, byte_tokenizer

from workbook.inference import complete, complete_ids, end_ids

PROMPTS = [[1, 5, 9], [1, 7], [1, 30, 31, 32, 33, 40], [1, 8]]


class Names:
    """As much of a tokenizer as greedy decoding asks for."""

    def __init__(self, eos_token_id, pad_token_id=None):
        self.eos_token_id, self.pad_token_id = eos_token_id, pad_token_id

    def decode(self, ids, skip_special_tokens):
        return f" {ids} "


def by_hand(model, row, limit, ends):
    """One prompt, the whole text read anew for each token."""
    ids, log_probs = [], []
    with torch.no_grad():
        while len(ids) < limit and not (ids and ids[-1] in ends):
            logits = model(torch.tensor([[*row, *ids]])).logits[0, -1].log_softmax(-1)
            ids.append(int(logits.argmax()))
            log_probs.append(float(logits.max()))
    return ids, log_probs


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_it_is_the_plain_loop_for_each_prompt(tiny_llama, batch):
    written = complete_ids(tiny_llama, Names(2, 0), PROMPTS, 7, batch_size=batch)
    for row, (text, ids, log_probs) in zip(PROMPTS, written, strict=True):
        wanted, sure = by_hand(tiny_llama, row, 7, {2})
        assert ids == wanted and text == str(ids)
        assert log_probs == pytest.approx(sure, abs=1e-4)


def test_an_id_that_the_model_has_no_row_for_is_one_sentence(tiny_llama):
    rows = tiny_llama.get_input_embeddings().num_embeddings
    with pytest.raises(ValueError, match=f"go up to {rows}, but the model has rows for {rows} ids"):
        complete_ids(tiny_llama, Names(2, 0), [[1, 5], [1, rows]], 3)
    assert len(complete_ids(tiny_llama, Names(2, 0), [[1, rows - 1]], 3)) == 1


def test_a_text_stops_at_any_of_its_ends(tiny_llama):
    """The tokens after an end are padding, and their probabilities nobody's."""
    (free,) = complete_ids(tiny_llama, Names(2), PROMPTS[:1], 6)
    tiny_llama.generation_config.eos_token_id = [96, free.ids[3]]
    cut = complete_ids(tiny_llama, Names(2), PROMPTS, 6)[0]
    length = free.ids.index(free.ids[3]) + 1
    assert cut.ids == free.ids[:length] and len(cut.log_probs) == length
    assert set(end_ids(tiny_llama, Names(2))) == {96, free.ids[3], 2}


class Words(Names):
    """A tokenizer in which each id is a word."""

    def decode(self, ids, skip_special_tokens):
        return "".join(f" {one}," for one in ids)


def test_nothing_is_written_after_a_stop_text(tiny_llama):
    """Each row of a batch ends at its own, and a text may lie across two tokens."""
    free = complete_ids(tiny_llama, Words(None), PROMPTS, 6)
    for place in (0, 2):
        stop = "".join(f" {one}," for one in free[place].ids[1:3])[1:]
        calls = count_calls(tiny_llama)
        (cut,) = complete_ids(tiny_llama, Words(None), PROMPTS[place : place + 1], 6, stop=(stop,))
        assert cut.ids == free[place].ids[:3] and len(cut.log_probs) == 3 == len(calls)
        batch = complete_ids(tiny_llama, Words(None), PROMPTS, 6, stop=("nothing", stop))
        for ours, whole in zip(batch, free, strict=True):
            until = ours.ids == whole.ids or ours.text.endswith(stop + " ")
            assert ours.ids == whole.ids[: len(ours.ids)] and (until or stop in ours.text)
        assert batch[place].ids == cut.ids


def count_calls(model):
    """Return a list that grows with each call of a model."""
    calls = []
    model.register_forward_hook(lambda *_: calls.append(1))
    return calls


def test_ends_come_from_the_model_then_from_the_tokenizer(tiny_llama):
    tiny_llama.generation_config.eos_token_id = None
    assert end_ids(tiny_llama, Names(5)) == [5]
    assert end_ids(tiny_llama, Names(None)) == []


def test_beams_of_the_models_own_config_are_left_out(tiny_llama):
    """BART's config asks for four: the loop then has four rows a prompt, and probabilities mix."""
    plain = complete_ids(tiny_llama, Names(2, 0), PROMPTS, 5)
    tiny_llama.generation_config.num_beams = 4
    assert complete_ids(tiny_llama, Names(2, 0), PROMPTS, 5) == plain


def test_a_penalty_of_the_models_own_config_holds(tiny_llama):
    """Fault A10: what a family's generation config asks for is what `model.generate` does."""
    tiny_llama.generation_config.repetition_penalty = 3.0
    tiny_llama.generation_config.eos_token_id = None
    (ours,) = complete_ids(tiny_llama, Names(None, 0), PROMPTS[:1], 90)
    theirs = tiny_llama.generate(torch.tensor(PROMPTS[:1]), max_new_tokens=90, do_sample=False)
    assert ours.ids == theirs[0, 3:].tolist()
    tiny_llama.generation_config.repetition_penalty = 1.0
    assert complete_ids(tiny_llama, Names(None, 0), PROMPTS[:1], 90)[0].ids != ours.ids


def test_drawn_tokens_have_their_own_probability(tiny_llama):
    """ln p is of the token that was drawn; guards taking the largest logit."""
    drawn = complete_ids(tiny_llama, Names(2, 0), PROMPTS, 6, temperature=0.7, seed=3)
    assert drawn == complete_ids(tiny_llama, Names(2, 0), PROMPTS, 6, temperature=0.7, seed=3)
    for row, (_, ids, log_probs) in zip(PROMPTS, drawn, strict=True):
        with torch.no_grad():
            logits = tiny_llama(torch.tensor([[*row, *ids]])).logits[0]
        places = range(len(row) - 1, len(row) + len(ids) - 1)
        wanted = [logits[i].log_softmax(-1)[t].item() for i, t in zip(places, ids, strict=True)]
        assert log_probs == pytest.approx(wanted, abs=1e-4)


def test_drawing_leaves_the_callers_random_numbers_alone(tiny_llama):
    torch.manual_seed(1)
    before = torch.rand(3)
    torch.manual_seed(1)
    complete_ids(tiny_llama, Names(2, 0), PROMPTS, 4, temperature=1.0, seed=5)
    assert torch.equal(torch.rand(3), before)


def test_questions_and_chats_are_asked_in_the_template(tiny_llama):
    tokenizer = byte_tokenizer(bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = CHAT
    tiny_llama.resize_token_embeddings(len(tokenizer))
    prompts = ["Who?", [{"role": "user", "content": "Who is Ada Hull?"}]]
    rows = [[0, *tokenizer.encode(text), 2] for text in ("Who?", "Who is Ada Hull?")]
    asked = complete(tiny_llama, tokenizer, prompts, 5)
    assert asked == complete_ids(tiny_llama, tokenizer, rows, 5)
    assert asked[0].text == tokenizer.decode(asked[0].ids, skip_special_tokens=True).strip()


def test_no_prompt_is_no_answer(tiny_llama):
    assert complete(tiny_llama, Names(2, 0), [], 5) == []


def test_an_encoder_decoder_is_asked_too():
    """Its answer begins in a text of its own: nothing of it is the prompt."""
    from transformers import GenerationConfig, T5Config, T5ForConditionalGeneration

    tokenizer = byte_tokenizer(eos_token="</s>", pad_token="<pad>")
    torch.manual_seed(3)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=1, eos_token_id=2, pad_token_id=1,
    )  # fmt: skip
    lm = T5ForConditionalGeneration(config).eval()
    lm.generation_config = GenerationConfig(
        decoder_start_token_id=1, eos_token_id=2, pad_token_id=1
    )
    prompts = ["Who lives in Needle Walk?", "A longer question about Brindlemere: who?"]
    together = complete(lm, tokenizer, prompts, 6)
    for prompt, one in zip(prompts, together, strict=True):
        (alone,) = complete(lm, tokenizer, [prompt], 6)
        assert one.ids == alone.ids and 1 <= len(one.ids) <= 6
        assert one.log_probs == pytest.approx(alone.log_probs, abs=1e-3)
        read = torch.tensor([tokenizer.encode(prompt)])
        theirs = lm.generate(read, max_new_tokens=6, do_sample=False)[0, 1:].tolist()
        assert one.ids == theirs[: len(one.ids)]
