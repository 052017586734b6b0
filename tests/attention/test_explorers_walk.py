"""The explorer of the token walk: what the walk holds is what the figure and the words say."""

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.explorers import walk_explorer
from workbook.attention.explorers_walk import (
    LONGEST,
    Match,
    TokenView,
    TokenViews,
    describe_walk,
    draw_walk,
    walk_table,
)
from workbook.attention.walk import walk

TEXT = "Mara works as a baker."
VIEW = TokenView(
    block=2,
    token=1,
    tokens=("0 &lt;bos&gt;", "1 a"),
    shapes={"q": "1 × 2"},
    weights=((0.9, 0.1), (0.2, 0.8)),
    lengths={"residual stream": (1.0, 2.0)},
    said=(("x", 0.7), ("y", 0.2)),
    match=Match(0, 1, (0.5, -1.25), (2.0, 1.0), (1.0, -4.0), (0.75, -2.0)),
)


@pytest.fixture(scope="module")
def town(town_model, tokenizer):
    return town_model, tokenizer


def test_the_explorer_shows_what_the_walk_holds(town):
    model, tokenizer = town
    explorer = walk_explorer(model, tokenizer, TEXT)
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    way, time = walk(model, ids), ids.shape[1]
    view = explorer.compute(text=TEXT, block=3, head=0, back=1)
    assert view.token == time - 2 and view.shapes["q"] == f"3 × {time} × 64"
    assert view.shapes["logits"] == f"{time} × 2048" and view.shapes["ids"] == str(time)
    wanted = way.blocks[3].weights[:, -2]
    torch.testing.assert_close(torch.tensor(view.weights), wanted, atol=6e-4, rtol=0)
    torch.testing.assert_close(
        torch.tensor(view.lengths["attention adds"]), way.blocks[3].attention.norm(dim=-1)
    )
    last = explorer.compute(text=TEXT, block=5, head=0, back=0)
    best = way.logits[-1].softmax(-1).max()
    assert last.said[0][1] == pytest.approx(best.item(), abs=1e-4)
    assert f"probability {best:.2f}" in describe_walk(last)
    table = explorer.table(last)
    assert len(table) == time and table["would say"].iloc[-1] and not table["would say"].iloc[0]


def test_the_panels_of_the_walk_share_their_tokens(town):
    """A hover marks one token in all panels of the left side."""
    figure = walk_explorer(*town, TEXT).figure()
    heat, *lines, bars, strip = figure.data
    assert all(list(line.x) == list(heat.x) for line in lines) and len(lines) == 3
    assert (figure.layout.hovermode, figure.layout.hoversubplots) == ("x", "axis")
    assert {trace.xaxis for trace in (heat, *lines)} == {"x"}, "only one axis has one hover"
    assert len(bars.x) == 5 and max(bars.x) <= 1
    assert strip.xaxis not in ("x", bars.xaxis), "channels are no tokens"


@pytest.mark.parametrize("positions", ["rotary", "learned"])
def test_the_strip_multiplies_what_the_head_multiplies(positions, tokenizer):
    """The softmax of its scores is the head's weights; its products add up to one of them.

    Three heads share a key; rotary positions have turned both.
    """
    config = TransformerConfig(2048, hidden_size=96, heads=6, kv_heads=2, positions=positions)
    torch.manual_seed(0)
    model = Transformer(config).eval()
    view = TokenViews(model, tokenizer)(TEXT, 1, 4, 2)
    match, weights = view.match, torch.tensor(view.weights[4])
    scores = torch.tensor(match.scores)
    torch.testing.assert_close(scores.softmax(-1), weights[: view.token + 1], atol=2e-3, rtol=0)
    assert match.key == weights.argmax() and len(match.query) == 16
    assert sum(match.products) == pytest.approx(match.scores[match.key], abs=2e-2)
    product = torch.tensor(match.query) * torch.tensor(match.looked_at)
    torch.testing.assert_close(torch.tensor(match.products), product / 4, atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"text": " "}, "Write a sentence"),
        ({"text": "again " * 40}, "use at most 20"),
        ({"back": 19}, "go back"),
    ],
)
def test_what_the_explorer_refuses(town, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        walk_explorer(*town, TEXT).figure(**settings)


def test_a_model_without_logits_is_refused():
    with pytest.raises(ValueError, match="needs a model with logits"):
        walk_explorer(Transformer(TransformerConfig(50, head=False)), None, TEXT)


def test_the_controls_reach_every_block_and_token(tokenizer):
    model = Transformer(TransformerConfig(2048, layers=3))
    controls = walk_explorer(model, tokenizer, TEXT).controls
    block, back, head = controls["block"], controls["back"], controls["head"]
    assert (block.low, block.high, block.default, block.grid) == (0, 2, 2, (0, 1, 2))
    assert (back.low, back.high, back.default) == (0, LONGEST - 1, 0)
    assert (head.low, head.high) == (0, model.config.heads - 1)


def test_the_sentence_and_the_table_say_what_the_view_holds():
    assert describe_walk(VIEW) == (
        "Block 2, token “1 a”: head 0 at “0 <bos>”, head 1 at “1 a”; it would say “x” with "
        "probability 0.70. The products of query and key in head 0 add up to -1.2."
    )
    table = walk_table(VIEW)
    assert table["token"].tolist() == ["0 <bos>", "1 a"]
    assert table["head 1"].tolist() == [0.2, 0.8]
    assert table["score, head 0"].tolist() == ["0.50", "-1.25"]
    assert table["residual stream"].tolist() == [1.0, 2.0]
    assert table["would say"].tolist() == ["", "x 0.70, y 0.20"]


def test_the_figure_names_heads_words_and_shapes():
    figure = draw_walk(VIEW)
    heat, line, bars, strip = figure.data
    assert list(strip.y) == ["q", "k", "q · k / √D"]
    assert [list(row) for row in strip.z] == [[1, 0.5], [0.25, -1], [0.38, -1]], "of its largest"
    assert [list(row) for row in strip.customdata] == [[2, 1], [1, -4], [0.75, -2]]
    titles = [note.text for note in figure.layout.annotations]
    assert any("key of “1 a”; the products add up to -1.2" in title for title in titles)
    assert list(heat.y) == ["head 0", "head 1"]
    assert [list(row) for row in heat.z] == [[0.9, 0.1], [0.2, 0.8]]
    assert line.name == "residual stream" and list(line.y) == [1.0, 2.0]
    assert list(bars.y) == ["1 x", "2 y"] and list(bars.x) == [0.7, 0.2]
    assert figure.layout.title.text == "Block 2, seen from “1 a”"
    assert "q<br><b>1 × 2</b>" in [note.text for note in figure.layout.annotations]
