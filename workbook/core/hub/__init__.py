"""What is fetched: bundled files, models and data by role, downloads that are checked.

Lessons say `from workbook.core import hub` and `hub.load_model("base")`; the modules have the rest.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.core.hub.loading import bundled, load_model, load_tokenizer

__all__ = ["bundled", "load_model", "load_tokenizer"]

load_when_used(__name__)
