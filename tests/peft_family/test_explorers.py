"""The explorer of lesson 11: counts against real attachments, what is recorded, events."""

import pytest
import torch
import transformers
from family_runs import RUNS

from workbook.core.system import known_models
from workbook.peft_family import explorers
from workbook.peft_family.methods import attach

DIALS = {"length": 7, "width": 3, "rank": 2}


def meta(name):
    """The model as a shape only."""
    with torch.device("meta"):
        if name == "GPT-2 medium":
            config = transformers.GPT2Config(n_embd=1024, n_layer=24, n_head=16)
            return transformers.GPT2LMHeadModel(config)
        if name == "Llama-2-7B":
            config = transformers.LlamaConfig(
                hidden_size=4096, intermediate_size=11008, num_hidden_layers=32,
                num_attention_heads=32, vocab_size=32000,
            )  # fmt: skip
            return transformers.LlamaForCausalLM(config)
        config = transformers.Qwen2Config(
            hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
            num_key_value_heads=2, vocab_size=151_936, tie_word_embeddings=True,
        )  # fmt: skip
        return transformers.Qwen2ForCausalLM(config)


@pytest.mark.parametrize("name", ["GPT-2 medium", "Llama-2-7B", "Qwen2.5-0.5B"])
def test_counts_are_those_of_attachments(name):
    model, counted = meta(name), explorers.BASES[name].counts(**DIALS)
    assert counted["full"] == sum(p.numel() for p in model.parameters())
    ways = {"bottleneck": ("bottleneck", {"width": 3})}
    if name != "GPT-2 medium":  # one layer makes its queries, keys and values
        ways["(IA)^3"] = ("ia3", {})
        ways["LoRA on q, v"] = ("lora", {"rank": 2, "targets": ["q_proj", "v_proj"]})
    if counted["biases"]:
        ways["biases"] = ("bias", {})
    for key, (method, settings) in ways.items():
        attachment = attach(model, method, **settings)
        assert attachment.trained == counted[key], key
        attachment.detach()


def test_sizes_are_those_the_course_knows():
    shape = known_models.ENTRIES[known_models.QWEN].shape
    base = explorers.BASES["Qwen2.5-0.5B"]
    assert (base.weights, base.layers, base.hidden_size) == (
        shape.parameters, shape.layers, shape.width,
    )  # fmt: skip
    assert base.key_channels == shape.key_heads * shape.head_size


def test_files_and_memory_are_bytes_of_the_weights():
    methods = explorers.Methods()
    weights, file, training = (methods(m, "GPT-3", **DIALS).values for m in methods.measures)
    assert file["prompt"] == pytest.approx(7 * 12288 * 4 / 2**20) and "biases" in weights
    assert training["LoRA on q, v"] == pytest.approx(3 * file["LoRA on q, v"])
    assert weights["full"] == max(weights.values()) and weights["prompt"] == 7 * 12288
    assert "biases" not in methods("file, MB", "Llama-2-7B", **DIALS).values


def test_without_a_record_only_what_is_counted_is_offered():
    methods = explorers.Methods()
    assert methods.measures == tuple(explorers.COUNTED)
    with pytest.raises(ValueError, match="not recorded yet; choose trained weights"):
        methods("new task (recorded)", "GPT-3", **DIALS)


def test_what_is_recorded_is_shown_with_its_interval():
    methods = explorers.Methods(RUNS)
    assert methods.measures == (*explorers.COUNTED, *explorers.RECORDED)
    new = methods("new task (recorded)", "GPT-3", **DIALS)
    assert new.of == "town-instruct" and "baseline" not in new.values
    assert new.values["full"].mean == pytest.approx(0.8)
    figure = explorers.draw(new)
    assert figure.data[0].error_y.array is not None and figure.layout.yaxis.type == "linear"
    time = methods("ms a step (recorded)", "GPT-3", **DIALS)
    assert time.values["full"] == pytest.approx(100) and "before" not in time.values


def test_controls_move_the_live_figure():
    explorer = explorers.methods_explorer(RUNS)
    explorer.widget()
    view = explorer._view
    before = list(view.canvas.figure.data[0].y)
    view.inputs["length"].value = 40
    after = list(view.canvas.figure.data[0].y)
    assert after[-1] == 2 * before[-1] and after[0] == before[0]
    view.inputs["base"].value = "Llama-2-7B"
    assert len(view.canvas.figure.data[0].y) == len(before) - 1
    view.inputs["measure"].value = "old tasks (recorded)"
    assert view.canvas.figure.layout.yaxis.type == "linear" and explorer.error is None


def test_without_a_kernel_the_slider_steps_through_lengths():
    figure = explorers.methods_explorer().static_figure()
    assert [frame.name for frame in figure.frames] == ["1", "5", "20", "100"]
    assert figure.frames[0].data[0].y[-1] == 1024
    assert "prompt 2.05e+04" in figure.layout.meta["alt"]
