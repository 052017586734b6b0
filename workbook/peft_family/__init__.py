"""The PEFT family: few weights trained instead of all, in six ways beside LoRA (lesson 11).

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.peft_family.attachment import Attachment
    from workbook.peft_family.files import load, save, switch
    from workbook.peft_family.methods import METHODS, attach
    from workbook.peft_family.nearest import nearest_tokens

__all__ = ["METHODS", "Attachment", "attach", "load", "nearest_tokens", "save", "switch"]

load_when_used(__name__)
