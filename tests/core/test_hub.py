"""Models by role: from the course, from a folder, from a Hub that may be ill.

The Hub is a small server on loopback, asked by the real client in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import torch

from workbook.core import assets, hub

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def data(tmp_path, monkeypatch, tiny_llama):
    """A data folder whose town-lm is the tiny Llama, with a word-level tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "models" / "town-lm"
    tiny_llama.save_pretrained(folder)
    words = {"<pad>": 0, "<s>": 1, "</s>": 2, "town": 3, "hall": 4, "?": 5}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>"
    ).save_pretrained(folder)
    assets.write_manifest()
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def on_a_laptop(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    hub._snapshot.cache_clear()


def test_the_bundled_model_is_the_one_that_was_saved(data, tiny_llama):
    model, ids = hub.load_model("base"), torch.tensor([[1, 3, 4]])
    assert not model.training and model.dtype == torch.float32
    with torch.no_grad():
        assert torch.equal(model(ids).logits, tiny_llama(ids).logits)
    assert hub.load_tokenizer("base")("town hall")["input_ids"] == [3, 4]


def test_weights_come_in_the_asked_precision_whatever_the_file_holds(data, tiny_llama):
    """Guards against transformers' default, which keeps the checkpoint's own dtype."""
    tiny_llama.to(torch.bfloat16).save_pretrained(data / "models" / "town-lm")
    assets.write_manifest()
    assert hub.load_model().dtype == torch.float32
    assert hub.load_model(dtype=torch.bfloat16).dtype == torch.bfloat16


def test_a_folder_of_ones_own_fills_a_role(data, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    (data / "models" / "town-lm").rename(mine)
    monkeypatch.setenv("WORKBOOK_INSTRUCT_MODEL", str(mine))
    source = hub.resolve("instruct")
    assert (source.kind, source.location, source.revision) == ("local", str(mine), None)
    assert hub.load_model("instruct").config.vocab_size == 97


def test_a_source_may_stand_in_place_of_a_role(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", "someone/else@main")
    assert hub.resolve("bundled:town-lm").location.endswith("town-lm")
    assert hub.load_model("bundled:town-lm").config.vocab_size == 97


def test_hub_ids_are_read_with_their_revision(monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", f"some-one/a.model@{COMMIT}")
    source = hub.resolve("base")
    assert (source.kind, source.location, source.revision) == ("hub", "some-one/a.model", COMMIT)
    assert str(source) == f"some-one/a.model@{COMMIT}"


@pytest.mark.parametrize(
    ("role", "asked", "words"),
    [
        ("judge", "", "no role 'judge'; use one of base, instruct, reward, embedder, dialogues"),
        ("reward", "", "nothing fills the role 'reward' on the laptop.*WORKBOOK_REWARD_MODEL"),
        ("base", "some/model", "some/model is no file here.*some/model@COMMIT"),
        ("base", "./none", "./none does not exist: WORKBOOK_BASE_MODEL takes a path or Hub id"),
        ("base", "https://x.y/z/w", "does not exist"),
        ("base", "bundled:none", "models/none is missing: restore"),
        ("dialogues", "bundled:../x", "named from data/ downward"),
    ],
)
def test_what_cannot_be_resolved_is_one_sentence(data, monkeypatch, role, asked, words):
    if asked:
        monkeypatch.setenv(hub.profile.variable(role), asked)
    with pytest.raises(ValueError, match=words) as caught:
        hub.resolve(role)
    assert "\n" not in str(caught.value)


def test_dialogues_are_resolved_but_are_no_model(data, tmp_path, monkeypatch):
    (data / "town").mkdir()
    assert hub.resolve("dialogues").location == str(data / "town")
    mine = tmp_path / "mine.jsonl"
    mine.write_text("{}", encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(mine))
    assert hub.resolve("dialogues").kind == "local"
    with pytest.raises(ValueError, match="filled by data, not by a model"):
        hub.load_model("dialogues")


def test_a_cut_off_bundled_model_is_named(data):
    weights = data / "models" / "town-lm" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ValueError, match="data/models/town-lm/model.safetensors is cut off"):
        hub.load_model()


def test_a_cut_off_model_of_ones_own_is_named(data, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    (data / "models" / "town-lm").rename(mine)
    weights = mine / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(mine))
    with pytest.raises(ValueError, match=r"mine cannot be loaded \(.*\); get it again") as caught:
        hub.load_model()
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_not_opened(tmp_path, monkeypatch, tiny_llama):
    """A pickle runs code when it is opened: this one would leave a file behind."""
    mark = tmp_path / "opened"

    class Trap:
        def __reduce__(self):
            return (open, (str(mark), "w"))

    tiny_llama.config.save_pretrained(tmp_path)
    torch.save({"trap": Trap()}, tmp_path / "pytorch_model.bin")
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(tmp_path))
    with pytest.raises(ValueError, match="holds no .safetensors file"):
        hub.load_model()
    assert not mark.exists()


def test_code_that_comes_with_a_model_is_not_run(data, tmp_path, monkeypatch):
    folder, mark = tmp_path / "theirs", tmp_path / "ran"
    (data / "models" / "town-lm").rename(folder)
    code = f"open({str(mark)!r}, 'w')\n"
    (folder / "modeling_theirs.py").write_text(code, encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {
        "model_type": "theirs",
        "auto_map": {
            "AutoConfig": "modeling_theirs.Config",
            "AutoModelForCausalLM": "modeling_theirs.Model",
        },
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(folder))
    with pytest.raises(ValueError, match="theirs cannot be loaded"):
        hub.load_model()
    assert not mark.exists()


def test_a_folder_that_is_no_model_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(tmp_path))
    with pytest.raises(ValueError, match="holds no config.json"):
        hub.load_model()


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
    assert words in hub.explain(wrapped) and str(status) in hub.explain(wrapped)


def test_other_faults_have_words_too():
    assert "out of reach (ConnectError)" in hub.explain(httpx.ConnectError("no route"))
    assert "the disk is full" in hub.explain(OSError(28, "No space left on device"))
    assert "WORKBOOK_OFFLINE" in hub.explain(httpx.ConnectError("no"), cached_only=True)


def test_a_role_the_profile_filled_falls_back_and_says_so(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "gpu")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.warns(UserWarning, match=r"Qwen/Qwen2.5-0.5B@\w+ could not be .*bundled:town-lm"):
        model = hub.load_model("base")
    assert model.config.vocab_size == 97
    with pytest.raises(ValueError, match="all-MiniLM.* could not be loaded: WORKBOOK_OFFLINE"):
        hub.load_model("embedder")


def test_a_role_filled_by_hand_does_not_turn_into_another_model(data, monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", f"some/model@{COMMIT}")
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    with pytest.raises(ValueError, match="some/model@0123.* could not be loaded"):
        hub.load_model("base")


@pytest.mark.parametrize(
    ("value", "is_offline"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_offline_switch(monkeypatch, value, is_offline):
    monkeypatch.setenv("WORKBOOK_OFFLINE", value)
    assert hub.offline() is is_offline


class Server:
    """A Hub that knows one model; `status` makes it ill, `cut` drops bytes from the weights."""

    def __init__(self, folder, status=200, cut=0):
        self.asked = []
        hub_server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hub_server.asked.append(f"{self.command} {self.path}")
                body, etag = hub_server.find(self.path)
                self.send_response(status if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.send_header("ETag", f'"{etag}"')
                self.send_header("X-Repo-Commit", COMMIT)
                self.end_headers()
                if self.command == "GET":
                    is_weights = self.path.endswith(".safetensors")
                    self.wfile.write((body or b"")[: len(body) - cut if is_weights else None])

            do_HEAD = do_GET

            def log_message(self, *arguments):
                pass

        self.files = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def find(self, path):
        """(body, etag) of an address, (None, "") when there is nothing there."""
        path = path.partition("?")[0]
        if path.startswith("/api/models/some/model"):
            listing = {
                "id": "some/model",
                "sha": COMMIT,
                "siblings": [{"rfilename": name} for name in self.files],
            }
            if "/tree/" in path:
                listing = [
                    {"type": "file", "path": n, "size": len(b), "oid": n}
                    for n, b in self.files.items()
                ]
            return json.dumps(listing).encode(), "listing"
        body = self.files.get(path.rpartition("/")[2])
        return body, hashlib.sha1(body or b"").hexdigest()


FETCH = """
from workbook.core import hub
try:
    model = hub.load_model("base")
    print("loaded", model.config.vocab_size, hub.load_tokenizer("base")("town")["input_ids"])
except ValueError as error:
    print(error)
"""


@pytest.fixture
def fetch(data, tmp_path):
    """Load the role base from a Hub that behaves as asked; (its requests, what was printed)."""
    servers = []

    def do(**behaviour):
        server = Server(data / "models" / "town-lm", **behaviour)
        servers.append(server)
        environment = os.environ | {
            "HF_ENDPOINT": server.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "cache"),
            "WORKBOOK_BASE_MODEL": f"some/model@{COMMIT}", "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FETCH],
            env=environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return server.asked, done.stdout.strip() or done.stderr

    yield do
    for server in servers:
        server.http.shutdown()
        server.http.server_close()


def test_a_model_is_fetched_from_a_hub_at_its_commit_without_pickles_or_code(fetch, data):
    folder = data / "models" / "town-lm"
    for name in ("pytorch_model.bin", "modeling_theirs.py"):
        (folder / name).write_text("unwanted", encoding="utf-8")
    asked, printed = fetch()
    assert printed == "loaded 97 [3]"
    assert any(f"/resolve/{COMMIT}/model.safetensors" in line for line in asked)
    assert not [line for line in asked if line.endswith((".bin", ".py"))]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ({"status": 404}, "no such model"),
        ({"status": 403}, "refuses"),
        ({"cut": 100}, "the connection broke off"),
        pytest.param({"status": 503}, "a fault of its own (503)", marks=pytest.mark.slow),
    ],
)
def test_an_ill_hub_gives_one_sentence(fetch, behaviour, words):
    asked, printed = fetch(**behaviour)
    assert asked
    assert printed.startswith(f"some/model@{COMMIT} could not be loaded: ") and words in printed
    assert "\n" not in printed
