"""Each way in which the Hub can fail has its own clause."""

from __future__ import annotations

import errno

import httpx
import pytest

from workbook.core.hub.hub_errors import Unavailable, explain, status_of


def error(status):
    request = httpx.Request("GET", "http://127.0.0.1/")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status))


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "slow down"), (503, "fault of its own"), (500, "fault"), (401, "refuses"),
     (403, "refuses"), (404, "no such model or revision")],
)  # fmt: skip
def test_each_refusal_of_the_hub_has_its_own_words(status, words):
    wrapped = OSError("the client wraps it")
    wrapped.__cause__ = error(status)
    assert words in explain(wrapped) and str(status) in explain(wrapped)


def test_other_faults_have_words_too():
    assert "out of reach (ConnectError)" in explain(httpx.ConnectError("no route"))
    assert "the disk is full" in explain(OSError(28, "No space left on device"))
    assert "WORKBOOK_OFFLINE" in explain(httpx.ConnectError("no"), cached_only=True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_found_behind_what_the_client_makes_of_it(number):
    wrapped = ValueError("download failed")
    wrapped.__context__ = OSError(number, "no")
    assert "the disk is full" in explain(wrapped)


def test_the_clients_own_classes_say_more_than_their_status():
    from huggingface_hub import errors

    def raised(kind):
        request = httpx.Request("GET", "http://127.0.0.1/")
        return kind("no", response=httpx.Response(404, request=request))

    assert "gated" in explain(raised(errors.GatedRepoError))
    assert "keeps it private" in explain(raised(errors.RepositoryNotFoundError))
    assert "not in this revision" in explain(raised(errors.RevisionNotFoundError))
    assert "HF_HUB_OFFLINE" in explain(errors.OfflineModeIsEnabled("no"))


def test_what_was_explained_before_is_not_explained_again():
    wrapped = OSError("outer")
    wrapped.__cause__ = Unavailable("it is gone")
    assert explain(wrapped) == "it is gone"


def test_an_error_without_an_answer_has_no_status():
    assert status_of(None) is None and status_of(OSError("no")) is None
