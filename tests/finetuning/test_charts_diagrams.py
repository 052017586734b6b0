"""The drawing of lesson 08: what learns is what the course's own code leaves trainable."""

from tiny_tuning import tiny_model

from workbook.finetuning import charts_diagrams
from workbook.finetuning.remedies import with_adapter


def trained(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def test_the_weights_that_learn_are_counted_as_torch_and_peft_count_them():
    model = tiny_model()
    full, last, head, lora = charts_diagrams.ways_to_tune(model, rank=4).values()
    assert full.weights == trained(model)
    assert last.weights == trained(model.model.layers[-1])
    assert head.weights == 3 * (16 + 1)
    assert lora.weights == trained(with_adapter(tiny_model(), rank=4))


def test_what_learns_is_filled_and_named():
    ways = charts_diagrams.ways_to_tune(tiny_model())
    figure = charts_diagrams.tuning_diagram(ways)
    filled = [s for s in figure.layout.shapes if s.fillcolor == charts_diagrams.LEARNS]
    assert len(filled) == 4 + 1 + 1 + 2, "all, the last block, the head, two adapters"
    assert {shape.line.dash for shape in filled} == {"solid"}
    said = [note.text for note in figure.layout.annotations]
    assert sum(text.endswith("learns") for text in said) == len(filled)
    assert sum(text.endswith("frozen") for text in said) == 3 + 3 + 4
    sentence = charts_diagrams.describe_ways(ways)
    for name, way in ways.items():
        assert f"<b>{name}</b>" in said and f"{way.weights:,} weights" in said
        assert f"{name}: " in sentence and f"({way.weights:,} weights)" in sentence
    assert "last block only: block 2 (" in sentence
    assert "an adapter beside blocks 1 to 1, an adapter beside block 2 (" in sentence
