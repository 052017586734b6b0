"""Every family that writes is called in one way, and an encoder-decoder writes what it should."""

from __future__ import annotations

import json
from pathlib import Path

import foreign
import pytest
import torch
import transformers
from tiny_models import V, prompts, sharp

from workbook.core.runs.seeding import generator
from workbook.inference import decode, encode, padded_logits, token_log_probs
from workbook.publishing import runner
from workbook.sampling import beam_search, cached, generate, naive
from workbook.sampling.explorers import next_token_explorer
from workbook.sampling.families import EncoderDecoder, open_model, start_id
from workbook.sampling.measure import mean_nll
from workbook.sampling.scale import size_of

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("0[03]_*.ipynb"))  # the welcome and this one
END, START = 2, 1  # unlike padding (0), so that no mistake between them can hide
PROMPT = 10  # tokens, the end token among them
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def t5():
    shape = foreign.T5 | {"vocab_size": V, "decoder_start_token_id": START, "eos_token_id": END}
    config = transformers.T5Config(pad_token_id=0, **shape)
    return sharp(transformers.T5ForConditionalGeneration(config))


@pytest.fixture(scope="module")
def bart():
    """Its positions are absolute, so that padding on the wrong side would show."""
    shape = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 64}
    heads = {"decoder_ffn_dim": 64, "encoder_attention_heads": 4, "decoder_attention_heads": 4}
    tokens = {"pad_token_id": 0, "bos_token_id": START, "eos_token_id": END}
    config = transformers.BartConfig(
        vocab_size=V, max_position_embeddings=64, decoder_start_token_id=START,
        forced_eos_token_id=None, **shape, **heads, **tokens,
    )  # fmt: skip
    return sharp(transformers.BartForConditionalGeneration(config))


@pytest.fixture(params=["t5", "bart"])
def pair(request):
    """(the model of transformers, the same in our wrapper)"""
    model = request.getfixturevalue(request.param)
    return model, EncoderDecoder(model, END)


@pytest.fixture
def texts():
    """Prompts `B P` that end in the end token, with padding on the left of some."""
    ids, keep_mask = prompts()
    ends, kept = torch.full((len(ids), 1), END), torch.ones(len(ids), 1, dtype=torch.bool)
    return torch.cat([ids, ends], 1), torch.cat([keep_mask, kept], 1)


def theirs(model, ids, keep_mask, **settings):
    """What transformers writes for each row alone, unpadded: `B N`, without the start token."""
    rows = [
        model.generate(
            row[keep][None],
            generation_config=transformers.GenerationConfig(
                do_sample=False, max_new_tokens=12, pad_token_id=0, decoder_start_token_id=START,
                **settings,
            ),
        )[0, 1:]
        for row, keep in zip(ids, keep_mask, strict=True)
    ]  # fmt: skip
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


@pytest.mark.parametrize("stops", [None, 37])
def test_a_padded_batch_writes_what_transformers_writes_row_by_row(pair, texts, stops):
    model, ours = pair
    ids, keep_mask = texts
    stop = None if stops is None else int(theirs(model, ids, keep_mask)[0, 4])
    expected = theirs(model, ids, keep_mask, eos_token_id=stop)
    out = generate(
        ours, ids, keep_mask=keep_mask, max_new_tokens=12, temperature=0, eos_id=stop, pad_id=0
    )
    assert torch.equal(out[:, :PROMPT], ids)
    assert torch.equal(out[:, PROMPT:], expected)
    assert len(expected.unique()) > 4  # the texts are no constant


def test_beams_are_those_of_transformers(pair, texts):
    model, ours = pair
    ids, keep_mask = texts
    stop = int(theirs(model, ids, keep_mask)[0, 4])
    expected = theirs(model, ids, keep_mask, eos_token_id=stop, num_beams=4)
    out = beam_search(
        ours, ids, keep_mask=keep_mask, num_beams=4, max_new_tokens=12, eos_id=stop, pad_id=0
    )
    assert torch.equal(out[:, PROMPT:], expected)


def test_all_roads_agree_and_the_prompt_is_read_once(pair, texts):
    model, ours = pair
    ids = texts[0]
    expected = naive(ours, ids, max_new_tokens=12)
    seen = []
    hook = model.get_encoder().register_forward_hook(lambda *_: seen.append(1))
    assert torch.equal(cached(ours, ids, max_new_tokens=12), expected)
    hook.remove()
    assert len(seen) == 1
    assert torch.equal(generate(ours, ids, max_new_tokens=12, temperature=0), expected)
    library = ours.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=12,
        eos_token_id=None, pad_token_id=0,
    )  # fmt: skip
    assert torch.equal(library, expected)
    drawn = [generate(ours, ids, max_new_tokens=12, generator=generator(s)) for s in (7, 7, 8)]
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])


def test_likelihood_is_that_of_the_decoder_after_the_prompt(pair, texts):
    """Against the loss of transformers; the prompt's own tokens have none, and say so."""
    model, ours = pair
    ids, keep_mask = texts
    answer = torch.randint(3, V, (len(ids), 5), generator=torch.Generator().manual_seed(2))
    text = torch.cat([ids, answer], 1)
    keep = torch.cat([keep_mask, torch.ones_like(answer, dtype=torch.bool)], 1)
    losses = []
    for row, kept, said in zip(ids, keep_mask, answer, strict=True):
        before = torch.cat([torch.tensor([START]), said[:-1]])[None]
        logits = model(input_ids=row[kept][None], decoder_input_ids=before).logits[0]
        losses.append(torch.nn.functional.cross_entropy(logits, said).item())
    assert mean_nll(ours, text, keep, start=PROMPT) == pytest.approx(sum(losses) / 4, rel=1e-4)
    follows = keep[:, 1:PROMPT] & keep[:, : PROMPT - 1]
    assert token_log_probs(ours, text, keep)[:, : PROMPT - 1][follows].isnan().all()
    last = padded_logits(ours, text, keep, last=3)
    assert torch.equal(last, padded_logits(ours, text, keep)[:, -3:])


def test_padding_that_is_the_end_token_itself_is_not_taken_for_the_prompts_end(t5, texts):
    """Some tokenizers pad with their end token. Guards against a prompt cut off before its text."""
    ours, (ids, keep_mask) = EncoderDecoder(t5, END), texts
    filled = ids.masked_fill(~keep_mask, END)
    outs = [
        generate(ours, each, keep_mask=keep_mask, max_new_tokens=6, temperature=0)[:, PROMPT:]
        for each in (ids, filled)
    ]
    assert torch.equal(*outs)


def test_a_prompt_without_its_end_is_refused(t5, texts):
    ids, _ = texts
    crooked = ids.clone()
    crooked[0, 3] = END
    for bad in (ids[:, :-1], crooked):
        with pytest.raises(ValueError, match="end in the end token, all at one place"):
            generate(EncoderDecoder(t5, END), bad, max_new_tokens=2)


def test_the_decoder_begins_as_configured_or_with_padding(t5):
    assert start_id(t5) == START
    config = transformers.T5Config(vocab_size=V, d_model=8, d_ff=8, num_layers=1, num_heads=1)
    assert start_id(transformers.T5ForConditionalGeneration(config)) == config.pad_token_id == 0


def test_a_training_model_stays_so_and_dropout_is_off_while_writing(t5, texts):
    ours = EncoderDecoder(t5, END).train()
    once, again = (naive_free(ours, texts[0]) for _ in range(2))
    assert ours.training and t5.training and torch.equal(once, again)
    ours.eval()


def naive_free(model, ids):
    return generate(model, ids, max_new_tokens=8, temperature=0)


@pytest.mark.parametrize("family", foreign.WRITERS)
def test_a_folder_of_each_family_opens_and_writes(family, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(foreign.save(family, tmp_path / family)))
    model, tokenizer = open_model("base")
    ids, keep_mask = encode(tokenizer, ["Who bakes?", "Where is the old town hall?"])
    closes = (ids[:, -1] == tokenizer.eos_token_id).tolist()
    assert closes == [family == "t5"] * 2 and isinstance(model, EncoderDecoder) == closes[0]
    out = generate(model, ids, keep_mask=keep_mask, max_new_tokens=5, temperature=0)
    assert len(decode(tokenizer, out)) == 2
    alone = naive(model, ids[:1, keep_mask[0]], max_new_tokens=5)
    assert torch.equal(out[0, -5:], alone[0, -5:])
    data = next_token_explorer(model, tokenizer, "Who bakes?").compute(
        prompt="Who bakes?", temperature=1.0, top_k=0, top_p=1.0
    )
    assert sum(data.before) <= 1 and data.vocabulary == model.config.vocab_size


@pytest.mark.parametrize("family", foreign.READERS)
def test_what_only_reads_is_refused_for_writing_in_one_sentence(family, tmp_path, monkeypatch):
    folder = foreign.save(family, tmp_path / family, head="ForMaskedLM")
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(folder))
    with pytest.raises(ValueError, match="'base' needs a model that generates text") as error:
        open_model("base")
    assert str(error.value).count(".") <= str(folder).count(".") + 1


def test_an_encoder_decoder_without_an_end_token_is_refused(tmp_path, monkeypatch):
    folder = foreign.save("t5", tmp_path)
    words = foreign.tokenizer("t5").backend_tokenizer
    transformers.PreTrainedTokenizerFast(tokenizer_object=words).save_pretrained(folder)
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(folder))
    with pytest.raises(ValueError, match="has no end token"):
        open_model("base")


def test_the_cache_of_the_decoder_is_what_counts(t5):
    """T5's encoder has three layers here and its decoder two."""
    size = size_of(EncoderDecoder(t5, END), "t5")
    ids = torch.tensor([[5, 6, END]])
    past = EncoderDecoder(t5, END)(ids, use_cache=True).past_key_values.cache
    layers = [layer for layer in past.self_attention_cache.layers if layer.is_initialized]
    assert size.cache(1) == sum(layer.keys.nbytes + layer.values.nbytes for layer in layers)
    assert size.parameters == t5.num_parameters()


@pytest.mark.slow
@pytest.mark.parametrize("family", foreign.WRITERS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_from_top_to_bottom_on_it(lesson, family, tmp_path, monkeypatch):
    """With folders for all roles at once, as a learner has them who brings everything."""
    folder = foreign.save(family, tmp_path / family)
    roles = {
        "BASE_MODEL": folder,
        "INSTRUCT_MODEL": folder,
        "REWARD_MODEL": foreign.save("roberta", tmp_path / "r", "ForSequenceClassification"),
        "EMBEDDER_MODEL": foreign.save("bert", tmp_path / "b", "Model"),
        "DIALOGUES": dialogues(tmp_path / "mine.jsonl"),
        "HOME": tmp_path / "home",
    }
    for name, place in roles.items():
        monkeypatch.setenv(f"WORKBOOK_{name}", str(place))
    report = runner.run_lesson(lesson, timeout=600)
    assert report.status == "ok", report.error


def dialogues(file):
    """A learner's own dialogues, one JSON line each."""
    said = {"dialogue": "#Person1#: Hello.\n#Person2#: Good day.", "summary": "Two people meet."}
    lines = [json.dumps({"id": str(number), **said}) for number in range(8)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("penalty", [1.3, 2.0])
def test_a_penalty_counts_what_the_decoder_wrote_and_not_the_prompt(pair, texts, penalty):
    """Fault A10: the encoder's prompt was penalised; 48 of 60 texts differed from transformers'."""
    model, ours = pair
    ids, keep_mask = texts
    settings = {"max_new_tokens": 12, "repetition_penalty": penalty}
    out = generate(ours, ids, keep_mask=keep_mask, temperature=0.0, **settings)
    for row, keep, written in zip(ids, keep_mask, out, strict=True):
        prompt = row[keep][None]
        theirs = ours.generate(prompt, do_sample=False, min_length=0, eos_token_id=None, **settings)
        assert written[ids.shape[1] :].tolist() == theirs[0, prompt.shape[1] :].tolist()


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("forced_bos_token_id", 0), ("no_repeat_ngram_size", 3), ("min_length", 5),
        ("suppress_tokens", [7]), ("forced_eos_token_id", END), ("bad_words_ids", [[3]]),
        ("encoder_repetition_penalty", 1.2), ("typical_p", 0.9),
    ],
)  # fmt: skip
def test_what_our_loops_leave_out_is_refused(pair, texts, monkeypatch, name, wish):
    """Fault A10: what a family's generation config asks for was passed over in silence."""
    model, ours = pair
    ids, keep_mask = texts
    monkeypatch.setattr(model.generation_config, name, wish)
    for write in (generate, lambda *a, **k: beam_search(*a, num_beams=2, **k)):
        with pytest.raises(ValueError, match=f"generation_config asks for {name}=") as error:
            write(ours, ids, keep_mask=keep_mask, max_new_tokens=3)
        assert "\n" not in str(error.value)
