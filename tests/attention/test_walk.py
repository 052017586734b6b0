"""The token walk and the logit lens, against the model itself, and the figures made of them."""

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig, charts, charts_diagrams
from workbook.attention.explorers import walk_explorer
from workbook.attention.explorers_walk import describe_walk
from workbook.attention.heads import attention_maps
from workbook.attention.library_weights import from_transformers
from workbook.attention.walk import lens, walk
from workbook.core.hub import load_model, load_tokenizer

IDS = torch.tensor([[5, 8, 13, 21, 34]])
TEXT = "Mara works as a baker."


@pytest.fixture(scope="module")
def town():
    return from_transformers(load_model("base")), load_tokenizer("base")


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("architecture", ["decoder", "encoder"])
def test_the_parts_of_a_walk_add_up_to_the_model(architecture, norm_first):
    config = TransformerConfig(50, architecture=architecture, norm_first=norm_first, kv_heads=2)
    model = Transformer(config).eval()
    way = walk(model, IDS)
    with torch.no_grad():
        torch.testing.assert_close(way.logits, model(IDS)[0])
    torch.testing.assert_close(torch.stack([b.weights for b in way.blocks]),
                               attention_maps(model, IDS)[:, 0])  # fmt: skip
    for before, block in zip(way.streams, way.blocks, strict=False):
        assert block.q.shape == (4, 5, 16) and block.k.shape == block.v.shape == (2, 5, 16)
        if norm_first:
            added = before + block.attention + block.feed_forward
            torch.testing.assert_close(block.stream, added)
    assert way.streams.shape == (3, 5, 64)


def test_a_walk_leaves_no_hook_behind():
    model = Transformer(TransformerConfig(50)).eval()
    walk(model, IDS)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())
    assert all(block.attention.on_weights is None for block in model.decoder.blocks)


def test_the_lens_behind_the_last_block_is_the_model(town):
    model, tokenizer = town
    ids = torch.tensor([tokenizer.encode(TEXT, add_special_tokens=False)])
    way = walk(model, ids)
    torch.testing.assert_close(lens(model, way.streams[-1]), way.logits.log_softmax(-1))
    first = lens(model, way.streams[0]).argmax(-1)
    assert first.tolist() == ids[0].tolist(), "an embedding is most like itself"


def test_what_a_walk_refuses():
    both = Transformer(TransformerConfig(50, architecture="encoder-decoder"))
    with pytest.raises(ValueError, match="not an encoder with a decoder"):
        walk(both, IDS)
    one = Transformer(TransformerConfig(50, head=False))
    with pytest.raises(ValueError, match=r"not \(2, 5\)"):
        walk(one, IDS.repeat(2, 1))
    with pytest.raises(ValueError, match="no last layer"):
        lens(one, torch.zeros(3, 64))
    with pytest.raises(ValueError, match="needs a model with logits"):
        walk_explorer(one, None, TEXT)


def test_the_explorer_shows_what_the_walk_holds(town):
    model, tokenizer = town
    explorer = walk_explorer(model, tokenizer, TEXT)
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    way, time = walk(model, ids), ids.shape[1]
    view = explorer.compute(text=TEXT, block=3, back=1)
    assert view.token == time - 2 and view.shapes["q"] == f"3 × {time} × 64"
    assert view.shapes["logits"] == f"{time} × 2048" and view.shapes["ids"] == str(time)
    wanted = way.blocks[3].weights[:, -2]
    torch.testing.assert_close(torch.tensor(view.weights), wanted, atol=6e-4, rtol=0)
    torch.testing.assert_close(
        torch.tensor(view.lengths["attention adds"]), way.blocks[3].attention.norm(dim=-1)
    )
    last = explorer.compute(text=TEXT, block=5, back=0)
    best = way.logits[-1].softmax(-1).max()
    assert last.said[0][1] == pytest.approx(best.item(), abs=1e-4)
    assert f"probability {best:.2f}" in describe_walk(last)
    table = explorer.table(last)
    assert len(table) == time and table["would say"].iloc[-1] and not table["would say"].iloc[0]


def test_the_panels_of_the_walk_share_their_tokens(town):
    """A hover marks one token in all panels of the left side."""
    figure = walk_explorer(*town, TEXT).figure()
    heat, *lines, bars = figure.data
    assert all(list(line.x) == list(heat.x) for line in lines) and len(lines) == 3
    assert (figure.layout.hovermode, figure.layout.hoversubplots) == ("x", "axis")
    assert {trace.xaxis for trace in (heat, *lines)} == {"x"}, "only one axis has one hover"
    assert len(bars.x) == 5 and max(bars.x) <= 1


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


def test_matrices_and_block_are_drawn():
    one = (torch.tensor([[0.984, 0.0], [3.0, 0.25]]), ["a", "b"], ["c", "d"])
    figure = charts_diagrams.matrices_chart({f"m{n}": one for n in range(6)})
    assert len(figure.data) == 6 and figure.layout.height == 500
    assert [list(row) for row in figure.data[0].text] == [[".98", ""], ["3", ".25"]]
    words = [note.text for note in charts_diagrams.block_diagram().layout.annotations if note.text]
    assert words.count("norm") == 4 and words.count("+") == 4 and words.count("attention") == 2
    assert "<b>pre-norm: x + part(norm(x))</b>" in words


def test_the_lens_is_a_row_for_each_place_to_end():
    figure = charts.lens_chart(["a", " b"], [["x", "y"], [" z", "w"]], [[0.1, 0.2], [0.3, 0.4]])
    assert list(figure.data[0].y) == ["embedding", "block 0"]
    assert list(figure.data[0].x) == ["0 a", "1 ␣b"] and figure.data[0].text[1][0] == "␣z"
