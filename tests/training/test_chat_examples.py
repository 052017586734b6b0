"""A chat's ids and labels: those of the template, and an end that is taught and listened for."""

import copy

import pytest
import torch
from transformers import GenerationConfig, PreTrainedTokenizerFast

from workbook.core.hub import loading
from workbook.inference import end_ids, listen_for
from workbook.training import recipe_runs
from workbook.training.chat_examples import chat_example, end_of_turn
from workbook.training.config import FitConfig
from workbook.training.packing import IGNORE
from workbook.training.recipes import Finetune, Pretrain

CHAT = [
    {"role": "user", "content": "Who is it? 😀"},
    {"role": "assistant", "content": " It is I,\n  naïve.  "},
    {"role": "user", "content": "assistant"},
    {"role": "assistant", "content": "assistant"},
]
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]"
    "{% else %} {{ m.content | trim }} {{ eos_token }}{% endif %}{% endfor %}"
)


@pytest.fixture
def town():
    return copy.deepcopy(loading.load_tokenizer("base"))


@pytest.fixture(scope="module")
def spaced():
    """A tokenizer that prepends a space mark to what it is given, as Llama 2's does."""
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers

    inner = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    inner.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    inner.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    special = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=[*special, *alphabet])
    inner.train_from_iterator(["who is it it is I assistant user INST"] * 3, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        extra_special_tokens=special[3:],
    )  # fmt: skip
    return made


def learned(tokenizer, chat):
    example = chat_example(tokenizer, chat)
    return tokenizer.decode([label for label in example.labels if label != IGNORE])


@pytest.mark.parametrize("template", [CHATML, LLAMA], ids=["chatml", "llama"])
@pytest.mark.parametrize("chat", [CHAT, CHAT[:2], CHAT[:3]], ids=["two", "one", "open"])
def test_the_ids_are_those_of_the_template(spaced, town, template, chat):
    """Piece by piece, a tokenizer that prepends a space mark put one before every piece."""
    for tokenizer in (spaced, town):
        tokenizer.chat_template = template
        theirs = tokenizer.apply_chat_template(chat, tokenize=True, return_dict=False)
        ours = chat_example(tokenizer, chat)
        assert ours.ids == theirs
        assert all(label in (IGNORE, token) for token, label in zip(*ours, strict=True))


def test_answers_and_their_ends_are_learned(spaced):
    spaced.chat_template = CHATML
    first = " It is I,\n  naïve.  <|im_end|>"
    assert learned(spaced, CHAT).split("<|im_end|>")[:2] == [first[:-10], "assistant"]
    spaced.chat_template = LLAMA
    assert learned(spaced, CHAT).replace(" ", "") == "ItisI,\nnaïve.</s>assistant</s>"


def test_a_chat_that_begins_with_an_answer_is_learned_too(spaced):
    """It was told "Cannot apply chat template to an empty conversation"."""
    spaced.chat_template = CHATML
    assert learned(spaced, CHAT[1:]) == learned(spaced, CHAT)


def test_a_tokenizer_without_offsets_gives_the_same(spaced, monkeypatch):
    spaced.chat_template = CHATML
    fast = chat_example(spaced, CHAT)
    monkeypatch.setattr(type(spaced), "is_fast", False)
    assert chat_example(spaced, CHAT) == fast


def test_a_role_that_the_prompt_lacks_is_not_learned(spaced):
    """A template that ignores add_generation_prompt put the role's header into the loss."""
    spaced.chat_template = CHATML.partition("{% if add_gen")[0]
    heedless = learned(spaced, CHAT)
    spaced.chat_template = CHATML
    assert heedless == learned(spaced, CHAT)


@pytest.mark.parametrize("template", [
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
    "{% for m in messages %}{{ '\nUser: ' if m.role == 'user' else '\nBot: ' }}{{ m.content }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '\nBot: ' }}{% endif %}",
])  # fmt: skip
@pytest.mark.parametrize("chat", [CHAT[:2], CHAT], ids=["one", "two"])
def test_a_template_that_ends_no_answer_is_refused(town, template, chat):
    """A turn that the next role's mark closes was learned without an end."""
    town.chat_template = template
    with pytest.raises(ValueError, match="writes no end after an answer.*<.end.>"):
        chat_example(town, chat)


def test_an_end_that_is_ordinary_text_is_refused_by_runs(town):
    town.chat_template = CHATML
    with pytest.raises(ValueError, match="ordinary text, at which generation cannot stop"):
        end_of_turn(town)
    town.add_tokens(["<|im_end|>"], special_tokens=True)
    assert end_of_turn(town) == len(town) - 1


@pytest.mark.parametrize(
    ("template", "chat", "reason"),
    [
        ("{{ raise_exception('roles must alternate') }}", CHAT[:2],
         r"refuses a chat of user, assistant \(roles must alternate\)"),
        (CHATML.replace("{% for", "{% if messages[0].role != 'user' %}"
                        "{{ raise_exception('ask first') }}{% endif %}{% for", 1), CHAT[1:],
         r"refuses a chat of assistant, user, assistant \(ask first\)"),
        (CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif"), CHAT[:2],
         "asks for an answer with '<.im_start.>assistant.n<think>.n', but writes something else"),
        ("{% if messages|length > 2 %}x{% endif %}" + CHATML, CHAT, "rewrites earlier turns"),
    ],
)  # fmt: skip
def test_a_refused_chat_is_told_its_reason(town, template, chat, reason):
    """A prompt that a template words otherwise was called a template that rewrites turns."""
    town.chat_template = template
    with pytest.raises(ValueError, match=reason) as told:
        chat_example(town, chat)
    assert "\n" not in str(told.value)


def test_generation_listens_for_what_is_taught(tiny_llama, town):
    """`end_ids` read the generation config alone, so that a model never stopped at its end."""
    assert end_ids(tiny_llama, town) == [2, town.eos_token_id][: 1 + (town.eos_token_id != 2)]
    tiny_llama.generation_config = GenerationConfig(eos_token_id=[7, 8])
    listen_for(tiny_llama, 8)
    assert tiny_llama.generation_config.eos_token_id == [7, 8]
    listen_for(tiny_llama, 9)
    assert tiny_llama.generation_config.eos_token_id == [7, 8, 9]
    assert end_ids(tiny_llama, town) == [7, 8, 9, town.eos_token_id]
    tiny_llama.generation_config = GenerationConfig()
    listen_for(tiny_llama, None)
    assert end_ids(tiny_llama, town) == [town.eos_token_id]


def test_final_carries_the_end_that_a_run_has_taught(tiny_llama, town, tmp_path):
    """Whoever loads `final` reads its generation config and nothing of the run."""
    town.add_tokens(["<|im_end|>"], special_tokens=True)
    town.chat_template = CHATML
    tiny_llama.resize_token_embeddings(len(town))
    tiny_llama.generation_config.eos_token_id = 96
    tiny_llama.save_pretrained(tmp_path / "small")
    town.save_pretrained(tmp_path / "small")
    config = FitConfig(steps=1, device="cpu")
    recipe = Finetune(str(tmp_path / "out"), str(tmp_path / "small"), examples=30, validation=4)
    recipe_runs.finetune(recipe, config)
    ends = GenerationConfig.from_pretrained(tmp_path / "out" / "final").eos_token_id
    assert ends == [96, len(town) - 1]
    recipe = Pretrain(str(tmp_path / "raw"), str(tmp_path / "small"), "town", 20, validation=2)
    recipe_runs.pretrain(recipe, config)
    ends = GenerationConfig.from_pretrained(tmp_path / "raw" / "final").eos_token_id
    assert ends == [96, town.eos_token_id]
    assert torch.isfinite(next(tiny_llama.parameters())).all()


def test_a_tokenizer_without_a_template_is_refused(town):
    town.chat_template = None
    chat = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    with pytest.raises(ValueError, match="has no chat template"):
        chat_example(town, chat)
    forgetful = "{% if messages|length > 2 %}x{% endif %}{{ messages[-1]['content'] }}"
    town.chat_template = forgetful
    with pytest.raises(ValueError, match="rewrites earlier turns"):
        chat_example(town, chat * 2)
