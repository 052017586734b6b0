"""The explorers of attention and of masks: numbers against the functions, live updates, words."""

from html import unescape

import pytest
import torch

from workbook.attention import explorers, sliding_mask
from workbook.attention.heads import attention_maps

TEXT = "Bridor likes bread. Bridor"


@pytest.fixture
def explorer(town_model, tokenizer):
    return explorers.attention_explorer(town_model, tokenizer, TEXT)


def test_shades_are_the_models_weights(explorer, town_model, tokenizer):
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    weights = attention_maps(town_model, ids)
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


def test_the_alt_text_names_the_best_key(town_model, tokenizer):
    view = explorers.HeadViews(town_model, tokenizer)(TEXT, 4, 1)
    last = view.weights[-1]
    assert unescape(view.tokens[last.index(max(last))]) in explorers.describe_head(view)
    assert "layer 4, head 1" in explorers.describe_head(view)
    table = explorers.best_keys(view)
    assert table["mostly at"].iloc[-1] == unescape(view.tokens[last.index(max(last))])
    assert table.weight.iloc[-1] == pytest.approx(max(last), abs=0.006)


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
