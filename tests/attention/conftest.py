"""A JupyterLab and a browser for this lesson's explorers, as tests/test_browser.py sets them up."""

from test_browser import browser, opened  # noqa: F401
