"""Pretraining: three objectives, the entropy bound, transfer, and cleaning a crawl (lesson 02).

It has no contract: import the module that you need. Each is loaded when it is first used.
"""

from workbook.core.lazy import load_when_used

load_when_used(__name__)
