"""The explorer of positions: its curves by distance, and what each control moves."""

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig, explorers
from workbook.attention import explorers_positions as positions
from workbook.attention.heads import mean_query_and_key
from workbook.attention.positions import rotary_scores

TEXT = "Bridor likes bread. Bridor"
IDS = torch.tensor([[5, 8, 13, 21, 34, 5, 8]])


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    return Transformer(TransformerConfig(50, hidden_size=32, layers=2, heads=4)).eval()


def test_the_curves_the_table_and_the_sentence_agree(town_model, tokenizer):
    ids = torch.tensor([[1, *tokenizer.encode(TEXT, add_special_tokens=False)]])
    explorer = explorers.position_explorer(town_model, ids, layer=2, head=1)
    curves = explorer.compute(base=1e4, layer=2, head=1)
    left, right = (curves[panel] for panel in (positions.VECTORS, positions.SCORES))
    assert list(left) == ["sinusoidal", "learned, new", "learned, trained"]
    assert all(max(curve) == 0 and len(curve) == 49 for curve in right.values())
    assert right["rotary, layer 2, head 1"].index(0.0) == 1, "the head that looks one back"
    assert [trace.name for trace in explorer.figure().data] == [*left, *right]
    looks = {(trace.line.color, trace.line.dash) for trace in explorer.figure().data}
    assert len(looks) == 5, "rotary and sinusoidal once looked alike"
    slow = explorer.compute(base=1e6, layer=2, head=1)[positions.VECTORS]
    assert slow["sinusoidal"][20] > left["sinusoidal"][20], "a larger base turns more slowly"
    table = positions.some_distances(curves)
    assert table.distance.tolist() == [0, 1, 2, 4, 8, 16, 32]
    assert table.sinusoidal[3] == pytest.approx(left["sinusoidal"][4], abs=0.006)
    said = positions.describe_positions(curves)
    assert "The score is highest: 1 token apart for rotary, layer 2, head 1; " in said
    assert f"{left['sinusoidal'][16]:.2f} for sinusoidal; " in said
    with pytest.raises(ValueError, match="needs a model with rotary"):
        explorers.position_explorer(Transformer(TransformerConfig(9, positions="none")), ids)


def test_the_controls_reach_every_layer_head_and_common_base(small):
    controls = positions.position_explorer(small, IDS, layer=1, head=3).controls
    reach = {name: (each.low, each.high, each.default) for name, each in controls.items()}
    assert reach == {"base": (10, 1e6, 1e4), "layer": (0, 1, 1), "head": (0, 3, 3)}
    assert controls["base"].log and set(controls["base"].grid) == {100, 1000, 10_000, 1_000_000}


def test_what_is_recorded_does_not_follow_the_base_and_the_rest_does(small):
    compute = positions.position_explorer(small, IDS).compute
    narrow, wide = (compute(base=base, layer=0, head=0) for base in (100.0, 1e6))
    for panel in (positions.VECTORS, positions.SCORES):
        moved = {kind for kind, curve in narrow[panel].items() if curve != wide[panel][kind]}
        assert moved == {k for k in narrow[panel] if k.startswith(("sinusoidal", "rotary"))}


def test_the_rotary_curve_is_that_of_the_chosen_head_below_its_best(small):
    query, key = mean_query_and_key(small, IDS)
    curves = positions.position_explorer(small, IDS).compute(base=500.0, layer=1, head=2)
    scores = rotary_scores(query[1, 2], key[1, 2], positions.LENGTH, 500.0)
    below = torch.tensor(curves[positions.SCORES]["rotary, layer 1, head 2"])
    torch.testing.assert_close(below, scores - scores.max())


def test_both_panels_are_over_tokens_apart(small):
    figure = positions.position_explorer(small, IDS).figure()
    layout = figure.layout
    assert layout.xaxis.title.text == layout.xaxis2.title.text == "tokens apart"
    assert layout.yaxis.range == (-0.7, 1.05) and layout.yaxis2.range == (-18, 0.5)
    assert [trace.xaxis for trace in figure.data] == ["x"] * 3 + ["x2"] * 2
    assert [note.text for note in layout.annotations] == [positions.VECTORS, positions.SCORES]
