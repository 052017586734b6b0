"""What others published, computed again from their own files where those lie beside us."""

import csv
import json
from dataclasses import replace
from statistics import mean

import pytest
from dialogue_scores import between_people, lead, rouge

from workbook.core.system import known_models, memory
from workbook.finetuning import published
from workbook.finetuning.published import LORA, PROMPTED, TUNED

KINDS = ("rouge1", "rouge2", "rougeL")
COLUMNS = {
    PROMPTED: "original_model_summaries",
    TUNED: "instruct_model_summaries",
    LORA: "peft_model_summaries",
}


@pytest.fixture
def lab(shared_data):
    """The lab's answers: a row for each of the three references of 500 dialogues."""
    file = shared_data / "labs" / "dialogue-summary-training-results.csv"
    with open(file, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_the_labs_scores_are_what_its_answers_give(lab):
    """To .0003: the lab printed the median of a bootstrap, we take the mean."""
    references = [row["human_baseline_summaries"] for row in lab]
    for row, column in COLUMNS.items():
        said = [each[column] for each in lab]
        for kind in KINDS:
            found = mean(rouge(said, references, kind))
            assert found == pytest.approx(getattr(row, kind), abs=3e-4), (row.name, kind)


def test_against_the_first_summary_alone_the_lab_scores_what_it_says(lab):
    """As the lead is scored: what it takes to catch up with it was once read off two yardsticks."""
    firsts = lab[:: published.REFERENCES]
    references = [row["human_baseline_summaries"] for row in firsts]
    for column, value in (
        (COLUMNS[PROMPTED], published.PROMPTED_FIRST),
        (COLUMNS[TUNED], published.TUNED_FIRST),
    ):
        found = mean(rouge([row[column] for row in firsts], references))
        assert found == pytest.approx(value, abs=5e-5)
    gain = published.TUNED_FIRST - published.PROMPTED_FIRST
    assert round((published.LEAD.rouge1 - published.PROMPTED_FIRST) / gain, 2) == 0.20


def test_people_agree_as_far_as_it_says(lab):
    references = [row["human_baseline_summaries"] for row in lab]
    size = published.REFERENCES
    assert len(references) == size * published.DIALOGUES["test"]
    groups = [references[i : i + size] for i in range(0, len(references), size)]
    for kind in KINDS:
        found = mean(between_people(groups, kind))
        assert found == pytest.approx(getattr(published.PEOPLE, kind), abs=5e-4)


def test_the_lead_scores_what_it_says(shared_data):
    """On the development set; the test set, whose figure stands beside it, lies nowhere here."""
    file = shared_data / "dialogsum" / "dialogsum.dev.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == published.DIALOGUES["validation"]
    said, references = [lead(row["dialogue"]) for row in rows], [row["summary"] for row in rows]
    for kind in KINDS:
        found = mean(rouge(said, references, kind))
        assert found == pytest.approx(getattr(published.LEAD_DEV, kind), abs=5e-4)
    assert published.LEAD.rouge1 == pytest.approx(published.LEAD_DEV.rouge1, abs=0.02)


def test_sizes_follow_from_the_architecture():
    shape = known_models.ENTRIES[known_models.FLAN].shape
    assert published.FLAN_T5_BASE == shape.parameters
    attentions = 12 + 2 * 12  # of the encoder; of the decoder, to itself and to the encoder
    assert published.LAB_LORA == attentions * 2 * (32 * shape.width + 32 * shape.width)
    share = published.LAB_LORA / (published.LAB_LORA + published.FLAN_T5_BASE)
    assert round(100 * share, 2) == 1.41  # per cent, as the lab prints
    assert sum(published.FLAN_2022_TASKS.values()) == published.FLAN_2022["tasks"]


def test_the_bill_is_sixteen_bytes_a_weight_and_two_rows_of_activations():
    shape = known_models.ENTRIES[known_models.FLAN].shape
    full = published.bill(shape, 8, 512, 128)
    lora = published.bill(shape, 8, 512, 128, published.LAB_LORA)
    assert full.weights + full.gradients + full.optimiser == 16 * shape.parameters
    held = lora.weights + lora.gradients + lora.optimiser
    assert held == 4 * shape.parameters + 12 * published.LAB_LORA
    assert full.activations == lora.activations
    long, short = (published.bill(shape, 8, 512, n).activations for n in (512, 128))
    logits = 8 * shape.vocabulary * (6 + 8)  # bytes a token of all rows; 8 of their gradients
    assert long - short > (512 - 128) * logits, "the logits are of the answer alone"
    assert published.bill(shape, 8, 1, 128).activations < full.activations / 3
    no_summary = published.bill(shape, 8, 512, 0).activations
    assert no_summary == memory.saved(replace(shape, layers=12, vocabulary=0), 8, 512, 2)
    whole = memory.saved(shape, 8, 512, 2) + memory.logit_gradients(shape, 8, 512)
    assert long == pytest.approx(whole, rel=1e-3)


def test_operations_are_six_a_weight_of_the_half_that_reads():
    """The two halves and the two tables of 768 x 32,128 are the whole model, but for its norms."""
    shape = known_models.ENTRIES[known_models.FLAN].shape
    encoder, decoder = published.operations(shape, 1, 1, 0), published.operations(shape, 1, 0, 1)
    table = 6 * shape.width * shape.vocabulary
    assert encoder + decoder + table == pytest.approx(6 * shape.parameters, rel=1e-3)
    assert published.operations(shape, 7, 5, 3) == pytest.approx(7 * (5 * encoder + 3 * decoder))


def test_the_table_goes_from_the_baseline_to_the_ceiling():
    table = published.table()
    assert list(table["ROUGE-1"])[-1] == max(table["ROUGE-1"])
    assert table["source"].str.len().min() > 10
    assert PROMPTED.rouge1 < published.LEAD.rouge1 < LORA.rouge1 < TUNED.rouge1
