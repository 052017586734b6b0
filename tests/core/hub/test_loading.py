"""Models by role: from the course, from a folder, from a Hub that may be ill."""

from __future__ import annotations

import json

import pytest
import torch

from workbook.core.hub import assets, loading

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def data(tmp_path, monkeypatch, tiny_llama):
    """A data folder whose town-lm is the tiny Llama, with a word-level tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "models" / "town-lm"
    tiny_llama.save_pretrained(folder)
    words = {"<pad>": 0, "<s>": 1, "</s>": 2, "town": 3, "hall": 4, "?": 5}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>"
    ).save_pretrained(folder)
    assets.write_manifest()
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def on_a_laptop(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    loading._given.clear()


def test_the_bundled_model_is_the_one_that_was_saved(data, tiny_llama):
    model, ids = loading.load_model("base"), torch.tensor([[1, 3, 4]])
    assert not model.training and model.dtype == torch.float32
    with torch.no_grad():
        assert torch.equal(model(ids).logits, tiny_llama(ids).logits)
    assert loading.load_tokenizer("base")("town hall")["input_ids"] == [3, 4]


def test_weights_come_in_the_asked_precision_whatever_the_file_holds(data, tiny_llama):
    """Guards against transformers' default, which keeps the checkpoint's own dtype."""
    tiny_llama.to(torch.bfloat16).save_pretrained(data / "models" / "town-lm")
    assets.write_manifest()
    assert loading.load_model().dtype == torch.float32
    assert loading.load_model(dtype=torch.bfloat16).dtype == torch.bfloat16


def test_a_folder_of_ones_own_fills_a_role(data, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    (data / "models" / "town-lm").rename(mine)
    monkeypatch.setenv("WORKBOOK_INSTRUCT_MODEL", str(mine))
    source = loading.resolve("instruct")
    assert (source.kind, source.location, source.revision) == ("local", str(mine), "")
    assert loading.load_model("instruct").config.vocab_size == 97


def test_a_source_may_stand_in_place_of_a_role(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", "someone/else@main")
    assert loading.resolve("bundled:town-lm").location.endswith("town-lm")
    assert loading.load_model("bundled:town-lm").config.vocab_size == 97


def test_dialogues_are_resolved_but_are_no_model(data, tmp_path, monkeypatch):
    (data / "town").mkdir()
    assert loading.resolve("dialogues").location == str(data / "town")
    mine = tmp_path / "mine.jsonl"
    mine.write_text("{}", encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(mine))
    assert loading.resolve("dialogues").kind == "local"
    with pytest.raises(ValueError, match="filled by data, not by a model"):
        loading.load_model("dialogues")


def test_a_cut_off_bundled_model_is_named(data):
    weights = data / "models" / "town-lm" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match="data/models/town-lm/model.safetensors is cut off"):
        loading.load_model()


def test_a_cut_off_model_of_ones_own_is_named(data, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    (data / "models" / "town-lm").rename(mine)
    weights = mine / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(mine))
    with pytest.raises(ValueError, match=r"mine cannot be loaded \(.*\); get it again") as caught:
        loading.load_model()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: {f"module.{k}": v for k, v in w.items()}, "lack the weight .* hold module.lm_"),
        (lambda w: {k: v for k, v in w.items() if k != "model.norm.weight"}, r"weight model\.norm"),
        (lambda w: {k: v for k, v in w.items() if k != "lm_head.weight"}, r"weight lm_head"),
        (lambda w: w | {"model.norm.weight": torch.ones(3)}, r"model\.norm\.weight is \[3\], but"),
    ],
)
def test_a_model_that_would_get_random_numbers_is_refused(
    data, tmp_path, monkeypatch, capfd, change, words
):
    """Fault A3: weights under other names, or a missing one, were filled up and then measured."""
    from safetensors.torch import load_file, save_file
    from typer.testing import CliRunner

    from workbook import cli

    mine = tmp_path / "mine"
    (data / "models" / "town-lm").rename(mine)
    weights = mine / "model.safetensors"
    save_file(change(load_file(weights)), weights, metadata={"format": "pt"})
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(mine))
    with pytest.raises(ValueError, match=words) as caught:
        loading.load_model()
    assert "\n" not in str(caught.value) and "LOAD REPORT" not in capfd.readouterr().err
    result = CliRunner().invoke(cli.app, ["evaluate", "--model", str(mine), "--cases", "1"])
    assert str(result.exception) == str(caught.value) and not result.output


@pytest.mark.parametrize("role", ["gpt2", "t5"])
def test_tied_weights_need_no_entry_of_their_own_unless_all_are_gone(tmp_path, role):
    """Fault A3: what tying explains is no missing weight; the one they are tied to is."""
    import transformers as hf
    from safetensors.torch import load_file, save_file

    small = {"vocab_size": 20, "eos_token_id": 1, "pad_token_id": 0, "bos_token_id": 1}
    if role == "gpt2":
        config = hf.GPT2Config(n_embd=8, n_layer=1, n_head=2, **small)
        model, loader, shared = hf.GPT2LMHeadModel(config), hf.AutoModelForCausalLM, "wte"
    else:
        config = hf.T5Config(d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, **small)
        model = hf.T5ForConditionalGeneration(config)
        loader, shared = hf.AutoModelForSeq2SeqLM, "shared"
    model.save_pretrained(tmp_path)
    again = loading.load_weights(loader, tmp_path)
    assert torch.equal(again.get_input_embeddings().weight, model.get_input_embeddings().weight)
    file = tmp_path / "model.safetensors"
    left = {name: w for name, w in load_file(file).items() if shared not in name}
    assert len(left) == len(load_file(file)) - 1
    save_file(left, file, metadata={"format": "pt"})
    with pytest.raises(ValueError, match="lack the weight"):
        loading.load_weights(loader, tmp_path)


def test_a_bare_encoder_may_come_without_its_pooler(tmp_path):
    """Most are trained as masked language models, which have none; all else must be there."""
    import transformers as hf

    config = hf.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=20)
    hf.BertForMaskedLM(config).save_pretrained(tmp_path)
    assert loading.load_weights(hf.AutoModel, tmp_path).pooler is not None
    with pytest.raises(ValueError, match="lack the weight bert.pooler.dense.bias and 3 more"):
        loading.load_weights(hf.AutoModelForSequenceClassification, tmp_path)


def test_pickled_weights_are_not_opened(tmp_path, monkeypatch, tiny_llama):
    """A pickle runs code when it is opened: this one would leave a file behind."""
    mark = tmp_path / "opened"

    class Trap:
        def __reduce__(self):
            return (open, (str(mark), "w"))

    tiny_llama.config.save_pretrained(tmp_path)
    torch.save({"trap": Trap()}, tmp_path / "pytorch_model.bin")
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(tmp_path))
    with pytest.raises(ValueError, match="holds no .safetensors file"):
        loading.load_model()
    assert not mark.exists()


def test_code_that_comes_with_a_model_is_not_run(data, tmp_path, monkeypatch):
    folder, mark = tmp_path / "theirs", tmp_path / "ran"
    (data / "models" / "town-lm").rename(folder)
    code = f"open({str(mark)!r}, 'w')\n"
    (folder / "modeling_theirs.py").write_text(code, encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {
        "model_type": "theirs",
        "auto_map": {
            "AutoConfig": "modeling_theirs.Config",
            "AutoModelForCausalLM": "modeling_theirs.Model",
        },
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(folder))
    with pytest.raises(ValueError, match="theirs cannot be loaded"):
        loading.load_model()
    assert not mark.exists()


def test_a_folder_that_is_no_model_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(tmp_path))
    with pytest.raises(ValueError, match="holds no config.json"):
        loading.load_model()


@pytest.mark.parametrize(
    ("role", "architecture", "expected"),
    [
        ("base", "GPT2LMHeadModel", "AutoModelForCausalLM"),
        ("instruct", "Qwen2ForCausalLM", "AutoModelForCausalLM"),
        ("base", "T5ForConditionalGeneration", "AutoModelForSeq2SeqLM"),
        ("seq2seq", "T5ForConditionalGeneration", "AutoModelForSeq2SeqLM"),
        ("seq2seq", "LlamaForCausalLM", "AutoModelForCausalLM"),
        ("reward", "LlamaForSequenceClassification", "AutoModelForSequenceClassification"),
        ("toxicity", "RobertaForSequenceClassification", "AutoModelForSequenceClassification"),
        ("embedder", "BertModel", "AutoModel"),
    ],
)
def test_the_architecture_decides_how_a_model_is_loaded(role, architecture, expected):
    from transformers import PreTrainedConfig

    assert (
        loading.auto_class(role, PreTrainedConfig(architectures=[architecture]), "mine") == expected
    )


@pytest.mark.parametrize(
    ("role", "architecture", "words"),
    [
        ("base", "RobertaForMaskedLM", "needs a model that generates text: use a decoder"),
        ("instruct", "BertModel", "holds a BertModel, but the role 'instruct'"),
        ("seq2seq", "T5EncoderModel", r"an encoder-decoder \(T5\)"),
        ("base", "LlamaForSequenceClassification", "generates text"),
        ("reward", "LlamaForCausalLM", "saved with a classification head"),
        ("toxicity", None, "holds a mystery"),
    ],
)
def test_a_model_that_cannot_do_a_roles_work_is_refused(role, architecture, words):
    """Guards against transformers' new head of random numbers, of which it only warns."""
    from transformers import PreTrainedConfig

    config = PreTrainedConfig(architectures=architecture and [architecture])
    config.model_type = "mystery"
    with pytest.raises(ValueError, match=words) as caught:
        loading.auto_class(role, config, "mine")
    assert "\n" not in str(caught.value)


def test_a_role_the_profile_filled_falls_back_and_says_so(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "gpu")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.warns(UserWarning, match=r"Qwen/Qwen2.5-0.5B@\w+ could not be .*bundled:town-lm"):
        model = loading.load_model("base")
    assert model.config.vocab_size == 97
    with pytest.raises(ValueError, match="all-MiniLM.* could not be loaded: WORKBOOK_OFFLINE"):
        loading.load_model("embedder")


def test_a_failure_is_not_remembered_for_a_role_filled_by_hand(data, tmp_path, monkeypatch):
    """Guards: a learner who waits and runs the cell again heard the old answer."""
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", f"some/model@{COMMIT}")
    answers = [loading.Unavailable("the Hub asks to slow down"), data / "models" / "town-lm"]

    def fetch(*arguments):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(loading.download, "fetch", fetch)
    with pytest.raises(ValueError, match="slow down"):
        loading.load_model()
    assert loading.load_model().config.vocab_size == 97
    assert loading.load_tokenizer()("town")["input_ids"] == [3]


def test_a_model_and_its_tokenizer_come_from_one_place(data, monkeypatch):
    """Guards: the Hub comes back between the two calls, and the tokenizer fits another model."""
    monkeypatch.setenv("WORKBOOK_PROFILE", "gpu")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.warns(UserWarning, match="until you restart"):
        loading.load_model()
    monkeypatch.delenv("WORKBOOK_OFFLINE")
    assert loading.load_tokenizer()("town hall")["input_ids"] == [3, 4]


def test_a_model_too_large_for_the_memory_is_not_opened(data, monkeypatch):
    monkeypatch.setattr(loading.memory, "free", lambda device: 10_000)
    with pytest.raises(ValueError, match="town-lm is too large to load: it needs about .* 9.8 kB"):
        loading.load_model()


def test_a_role_filled_by_hand_does_not_turn_into_another_model(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", f"some/model@{COMMIT}")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.raises(ValueError, match="some/model@0123.* could not be loaded"):
        loading.load_model("base")


def test_a_source_named_by_argument_does_not_turn_into_another_model(data, monkeypatch):
    """Guards: load_model("owner/name@commit") gave the town's model, with a warning."""
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.raises(ValueError, match="some/model@0123.* could not be loaded"):
        loading.load_model(f"some/model@{COMMIT}")
