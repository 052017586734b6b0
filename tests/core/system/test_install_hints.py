"""Advice to install something is hidden, errors are not, and no other logger changes."""

import logging

from workbook.core.system.install_hints import TALKATIVE, hide_install_hints


def test_advice_is_hidden_and_an_error_is_not(caplog, monkeypatch):
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.WARNING)
    hide_install_hints()
    for name in (*TALKATIVE, "somebody.else"):
        logging.getLogger(name).warning("please pip install more, says %s", name)
        logging.getLogger(name).error("broken, says %s", name)
    warned = [record.name for record in caplog.records if record.levelname == "WARNING"]
    failed = [record.name for record in caplog.records if record.levelname == "ERROR"]
    assert warned == ["somebody.else"] and failed == [*TALKATIVE, "somebody.else"]
