"""Lesson 11: shares of powers, against a sum by hand."""

import pytest
import torch

from workbook.peft_family.idea import shares


def test_shares_by_hand():
    assert shares(torch.tensor([1.0, 3.0]), 2.0).tolist() == pytest.approx([0.1, 0.9])
