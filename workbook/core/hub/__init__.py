"""What is fetched: bundled files, models and data by role, downloads that are checked.

`from workbook.core.hub import load_model` is what lessons use; the modules have the rest.
"""

from workbook.core.hub.loading import bundled, load_model, load_tokenizer

__all__ = ["bundled", "load_model", "load_tokenizer"]
