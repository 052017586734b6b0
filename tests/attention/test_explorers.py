"""The explorers and figures of lesson 01: numbers against the functions, live updates, words."""

import pandas as pd
import pytest
import torch

from workbook.attention import (
    BytePairEncoder,
    Transformer,
    TransformerConfig,
    charts,
    explorers,
    explorers_input,
    sliding_mask,
)
from workbook.attention import explorers_positions as positions
from workbook.attention.heads import attention_maps
from workbook.attention.library_weights import from_transformers
from workbook.core.hub import load_model, load_tokenizer

TEXT = "Bridor likes bread. Bridor"


@pytest.fixture(scope="module")
def model():
    return from_transformers(load_model("base"))


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer("base")


@pytest.fixture
def explorer(model, tokenizer):
    return explorers.attention_explorer(model, tokenizer, TEXT)


def test_shades_are_the_models_weights(explorer, model, tokenizer):
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    weights = attention_maps(model, ids)
    for layer, head in ((0, 0), (3, 1), (5, 2)):
        table = explorer.figure(layer=layer, head=head).data[0]
        torch.testing.assert_close(
            torch.tensor(table.z), weights[layer, 0, head], atol=6e-4, rtol=0
        )
        assert len(set(table.x)) == ids.shape[1], "a token that occurs twice keeps its own column"
    assert explorer.figure().layout.title.text == "Layer 0, head 0"


def test_only_the_figure_writes_tokens_as_html(explorer):
    """Guards a table and a description that showed `&lt;|bos|&gt;`."""
    view = explorer.compute(text=TEXT, layer=0, head=0)
    assert view.tokens[0] == "0 &lt;|bos|&gt;"
    assert explorers.best_keys(view).looks[0] == "0 <|bos|>"
    one = explorers.HeadView(0, 0, view.tokens[:1], ((1.0,),))
    assert "“0 <|bos|>”" in explorers.describe_head(one)


def test_sliders_move_the_live_table(explorer):
    explorer.widget()
    canvas = explorer._view.canvas
    before = [list(row) for row in canvas.figure.data[0].z]
    explorer._view.inputs["layer"].set_state({"value": 3})
    assert [list(row) for row in canvas.figure.data[0].z] != before
    explorer._view.inputs["text"].value = "Hello there"
    table = canvas.figure.data[0]
    assert len(table.x) == len(table.z) < len(before)
    assert "Layer 3, head 0" in canvas.figure.layout.title.text
    explorer._view.inputs["text"].value = " "
    assert explorer.error == "Write a sentence: at least one word."


def test_static_frames_step_through_the_layers(explorer):
    figure = explorer.static_figure()
    assert [frame.name for frame in figure.frames] == list("012345")
    for frame in figure.frames:
        expected = explorer.figure(layer=int(frame.name)).data[0].z
        assert list(map(list, frame.data[0].z)) == list(map(list, expected))


def test_a_sentence_that_is_too_long_is_one_sentence(explorer):
    with pytest.raises(ValueError, match="use at most 40"):
        explorer.figure(text="again " * 60)


def test_the_alt_text_names_the_best_key(model, tokenizer):
    view = explorers.HeadViews(model, tokenizer)(TEXT, 4, 1)
    last = view.weights[-1]
    assert view.tokens[last.index(max(last))] in explorers.describe_head(view)
    assert "layer 4, head 1" in explorers.describe_head(view)
    table = explorers.best_keys(view)
    assert table["mostly at"].iloc[-1] == view.tokens[last.index(max(last))]
    assert table.weight.iloc[-1] == pytest.approx(max(last), abs=0.006)


def test_text_is_text_not_markup():
    encoder = BytePairEncoder.train(["<b> it"] * 3, 260)
    drawn = explorers_input.tokenizer_explorer(encoder, "<b> it").figure(merges=0).data[0].text
    assert "".join(word for row in drawn for word in row) == "&lt;b&gt;␣it"


def test_masks():
    mask, sentence = explorers.mask_table("causal", 3, 0)
    assert mask.sum() == 36 and sentence == "36 of 64 pairs may be looked at"
    mask, sentence = explorers.mask_table("sliding window", 4, 2)
    assert torch.equal(mask, sliding_mask(8, 4) & (torch.arange(8) >= 2))
    assert sentence.endswith("2 rows are empty")
    assert explorers.mask_table("everything", 1, 8)[0].sum() == 0
    figure = explorers.mask_explorer().figure(padding=1)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert axis.zeroline is False and axis.showgrid is False, (
            "C8: lines shone through the cells"
        )
    said = explorers.mask_table("causal", 5, 0)[1]
    assert said.endswith("a window counts only for “sliding window”"), "C8: it was inert, unsaid"
    assert figure.data[0].text[0][0] == "×" and figure.data[0].z[5][5] == 1


def test_positions(model, tokenizer):
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    explorer = explorers.position_explorer(model, ids, layer=2, head=2)
    curves = explorer.compute(base=1e4, layer=2, head=2)
    left, right = (curves[panel] for panel in (positions.VECTORS, positions.SCORES))
    assert list(left) == ["sinusoidal", "learned, new", "learned, trained"]
    assert all(max(curve) == 0 and len(curve) == 49 for curve in right.values())
    assert right["rotary, layer 2, head 2"].index(0.0) == 1, "the head that looks one back"
    assert [trace.name for trace in explorer.figure().data] == [*left, *right]
    looks = {(trace.line.color, trace.line.dash) for trace in explorer.figure().data}
    assert len(looks) == 5, "rotary and sinusoidal once looked alike"
    slow = explorer.compute(base=1e6, layer=2, head=2)[positions.VECTORS]
    assert slow["sinusoidal"][20] > left["sinusoidal"][20], "a larger base turns more slowly"
    table = positions.some_distances(curves)
    assert table.distance.tolist() == [0, 1, 2, 4, 8, 16, 32]
    assert table.sinusoidal[3] == pytest.approx(left["sinusoidal"][4], abs=0.006)
    said = positions.describe_positions(curves)
    assert "The score is highest: 1 token apart for rotary, layer 2, head 2; " in said
    assert f"{left['sinusoidal'][16]:.2f} for sinusoidal; " in said
    with pytest.raises(ValueError, match="needs a model with rotary"):
        explorers.position_explorer(Transformer(TransformerConfig(9, positions="none")), ids)


def test_tokens_after_more_merges():
    encoder = BytePairEncoder.train(["the baker bakes the bread"] * 3, 280, special=["<end>"])
    explorer = explorers.tokenizer_explorer(encoder, "the bread")
    first = explorer.figure(merges=0)
    pieces, last = (
        [w for row in f.data[0].text for w in row if w] for f in (first, explorer.figure())
    )
    assert pieces == list("the␣bread"), "C8: the text itself, not bars whose heights mean nothing"
    assert "".join(last) == "the␣bread" and len(last) < 9
    assert [z for z in first.data[0].z[0] if z is not None] == [place % 2 for place in range(9)]
    table = explorers_input.token_table(["the", "␣b"])
    assert table.to_dict("records") == [{"tokens": 2, "pieces": "the | ␣b"}]
    with pytest.raises(ValueError, match="shorter text"):
        explorer.figure(text="x" * 200, merges=0)


def test_cost_chart_has_a_line_per_way():
    rows = pd.DataFrame(
        {"way": ["a", "b", "a", "b"], "length": [1, 1, 2, 2], "seconds": [1.0, 2.0, 3.0, 4.0],
         "bytes": [1e6, 2e6, 3e6, 4e6]}
    )  # fmt: skip
    figure = charts.cost_chart(rows)
    assert [trace.name for trace in figure.data] == ["a", "b", "a", "b"]
    assert list(figure.data[1].y) == [2.0, 4.0] and figure.layout.xaxis.type == "log"
    assert list(figure.data[2].y) == [1000.0, 3000.0]


def test_copy_chart_has_intervals():
    rows = pd.DataFrame(
        {"kind": ["x"] * 4, "length": [4, 4, 8, 8], "accuracy": [1.0, 1.0, 0.2, 0.4]}
    )
    figure = charts.copy_chart(rows, guess=0.1)
    assert list(figure.data[0].y) == pytest.approx([1.0, 0.3])
    assert figure.data[0].error_y.array[1] > figure.data[0].error_y.array[0] == 0


def test_the_ablation_chart():
    shares = {"nothing": [1.0, 1.0], "heads": [0.0, 1.0]}
    bars, points = charts.ablation_chart(shares, "pairs", [0.8, 0.9]).data
    assert list(bars.y) == [1.0, 0.5] and bars.error_y.array[0] == 0 < bars.error_y.array[1]
    assert list(points.y) == [0.8, 0.9] and set(points.x) == {"pairs"}


def test_labels_of_many_tokens_do_not_lie_on_each_other():
    """Guards against C8: at 24 tokens the labels overlapped."""
    for count in (8, 24, 40):
        tokens = tuple(f"{place} ␣token" for place in range(count))
        weights = tuple((1 / count,) * count for _ in range(count))
        layout = explorers.draw_head(explorers.HeadView(0, 0, tokens, weights)).layout
        room = (layout.height - 200) / count
        assert room >= layout.yaxis.tickfont.size + 2
        if count > 16:
            assert layout.xaxis.tickangle == -90
            assert 600 / count >= layout.xaxis.tickfont.size + 2, "of the width on a laptop"
