"""Parameters counted from a configuration: published models to the last one, tables, formulas."""

import pytest
from hf_models import gpt2, t5

from workbook.attention import Transformer, TransformerConfig, counts
from workbook.attention.library_weights import from_transformers


@pytest.mark.parametrize("known", counts.KNOWN, ids=lambda known: known.name)
def test_published_models_are_counted_to_the_last_parameter(known):
    pooler = known.config.hidden_size**2 + known.config.hidden_size if known.pooler else 0
    assert counts.count(known.config) + pooler == known.exact


def test_counting_is_what_a_real_model_holds():
    for hf in (gpt2(), t5(feed_forward_proj="gated-gelu")):
        ours = from_transformers(hf)
        assert counts.count(ours.config) == counts.parameters(ours) == hf.num_parameters()


def test_formulas_of_the_literature():
    """GPT-2: V d + T d + L (12 d^2 + 13 d) + 2 d; Flan-T5: an encoder's and a decoder's layer."""
    for known, depth in zip(counts.KNOWN[1:5], (12, 24, 36, 48), strict=True):
        d = known.config.hidden_size
        assert known.exact == 50_257 * d + 1024 * d + depth * (12 * d * d + 13 * d) + 2 * d
    flan = next(k for k in counts.KNOWN if k.name == "Flan-T5-base").exact
    assert flan == 2 * 32_128 * 768 + 12 * (7_079_424 + 9_439_488) + 768 + 1536


def test_table_3_has_no_vocabulary_for_all_its_rows():
    """figures: 63.0M for base at 37,000; base rows need 41,003 to 41,208; big 35.4k to 36.3k."""
    from workbook.attention.exercises import implied_vocabulary

    table = counts.table_3()
    assert len(table) == 11 and table.counted["base"] == 63.0
    # Twice 512 x 8 x (64 - d_k) fewer in each of 18 attentions.
    assert table.body["base"] - table.body["d_k = 16"] == 18 * 2 * 512 * 8 * 48
    assert table.body["base"] - table.body["d_k = 32"] == 18 * 2 * 512 * 8 * 32
    rows = list(zip(table.published, table.body, table.hidden_size, strict=True))
    assert implied_vocabulary(rows[:-1]) == (41_004, 41_208)
    low, high = implied_vocabulary(rows[-1:])
    assert 35_300 < low < high < 36_400 and implied_vocabulary(rows) is None


def test_the_table_shows_what_was_published_beside_what_is_counted():
    table = counts.known_table()
    assert table["equal"].all() and table["apart, %"].abs().max() < 2
    gpt_3 = table.loc["GPT-3 175B"]
    assert gpt_3["published"] == "174,600M" and gpt_3["counted here"] == "174,604,259,328"
    assert table["apart, %"]["BERT large"] == round(100 * (335_141_888 / 340e6 - 1), 1) == -1.4


def test_a_config_counts_the_same_on_the_meta_device_as_in_memory():
    for architecture in ("decoder", "encoder", "encoder-decoder"):
        config = TransformerConfig(50, 16, architecture=architecture, positions="relative")
        assert counts.count(config) == counts.parameters(Transformer(config))


def test_a_table_that_is_used_twice_counts_once():
    tied, own = (counts.count(TransformerConfig(50, 16, tied=tied)) for tied in (True, False))
    assert own - tied == 50 * 16
