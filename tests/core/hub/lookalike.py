"""A Hub look-alike on loopback: the routes that huggingface_hub asks for, and faults on demand.

Repositories are folders; a small file has Git's sha1 as its hash, a weight file (LFS) its sha256
and a redirect to a second server, as on the real Hub, where a CDN on another host sends it. The
tests of this folder ask it with the real client, so a route that differs is a red test. Xet, the
Hub's other way of sending, is left out: no file here says that it is stored so.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

API = re.compile(
    r"/api/(models|datasets)/([\w.-]+/[\w.-]+)(?:/(revision|tree|paths-info)/([^/]+))?"
)
RESOLVE = re.compile(r"/(datasets/)?([\w.-]+/[\w.-]+)/resolve/([^/]+)/(.+)")
LFS = (".safetensors", ".bin", ".parquet")


@dataclass
class Fault:
    """Something that goes wrong, for requests whose "METHOD path" matches; `times` in all."""

    where: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # bytes sent before the line is dropped
    flip: bool = False  # one byte arrives changed
    before: object = None  # called before the answer
    times: int = 10**9


@dataclass
class Repository:
    """A folder that is served, under the commit that its content gives it."""

    folder: Path
    kind: str = "models"
    gated: int = 0  # status with which files are refused to strangers
    parameters: int | None = None  # what the Hub says it has counted
    sizes: dict[str, int] = field(default_factory=dict)  # sizes to lie about

    @property
    def files(self) -> dict[str, Path]:
        found = sorted(f for f in self.folder.rglob("*") if f.is_file())
        return {f.relative_to(self.folder).as_posix(): f for f in found}

    @property
    def commit(self) -> str:
        names = "".join(f"{n} {sha256(f)}\n" for n, f in self.files.items())
        return hashlib.sha1(names.encode()).hexdigest()

    def entry(self, name: str) -> dict:
        """A file as the API lists it."""
        size = self.sizes.get(name, self.files[name].stat().st_size)
        found = {"size": size, "oid": git_sha1(self.files[name])}
        if name.endswith(LFS):
            found["lfs"] = {"oid": sha256(self.files[name]), "size": size, "pointerSize": 134}
        return found

    def info(self, name: str) -> dict:
        """The answer of /api/models/NAME?blobs=true."""
        siblings = []
        for file in self.files:
            entry = self.entry(file)
            lfs = entry.get("lfs")
            siblings.append({"rfilename": file, "size": entry["size"], "blobId": entry["oid"]})
            if lfs:
                siblings[-1]["lfs"] = {**lfs, "sha256": lfs["oid"]}
        found = {"id": name, "sha": self.commit, "private": False, "siblings": siblings}
        found |= {"gated": "manual" if self.gated else False, "downloads": 0, "tags": []}
        if self.parameters:
            found["safetensors"] = {"parameters": {"F32": self.parameters}}
            found["safetensors"]["total"] = self.parameters
        return found


class Hub:
    """The server; `repositories` and `faults` may be changed while it runs."""

    def __init__(self):
        self.repositories: dict[str, Repository] = {}
        self.faults: list[Fault] = []
        self.asked: list[str] = []  # "METHOD path Range?" in order
        self.tokens: list[str] = []  # where an Authorization header arrived
        self.lock = threading.Lock()
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), self.handler()) for _ in range(2)]
        self.url, self.cdn = (f"http://127.0.0.1:{s.server_port}" for s in self.servers)
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def fault_for(self, request: str) -> Fault | None:
        """The first fault that is due for a request; using it counts."""
        with self.lock:
            for fault in self.faults:
                if fault.times and re.search(fault.where, request):
                    fault.times -= 1
                    return fault
        return None

    def handler(hub):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                wanted = self.headers.get("Range", "")
                hub.asked.append(f"{self.command} {self.path} {wanted}".strip())
                if self.headers.get("Authorization"):
                    hub.tokens.append(self.path)
                self.fault = hub.fault_for(f"{self.command} {self.path}") or Fault("")
                if self.fault.before:
                    self.fault.before()
                if self.fault.status:
                    return self.say(self.fault.status, b"{}", self.fault.headers)
                self.route(self.path.partition("?")[0])

            do_HEAD = do_GET

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def route(self, path):
                if path.startswith("/cdn/"):
                    return self.send_cdn(path.removeprefix("/cdn/"))
                if match := API.fullmatch(path.rstrip("/")):
                    return self.api(*match.groups())
                if match := RESOLVE.fullmatch(path):
                    return self.resolve(*match.groups())
                return self.say(404, b"{}", {"X-Error-Code": "EntryNotFound"})

            def find(self, kind, name, revision):
                """The repository, or None after an answer that says what is missing."""
                found = hub.repositories.get(name)
                if found is None or found.kind != kind:
                    self.say(401, b"{}", {"X-Error-Code": "RepoNotFound"})
                elif revision not in (None, "main", found.commit):
                    self.say(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
                else:
                    return found
                return None

            def api(self, kind, name, route, revision):
                if (found := self.find(kind, name, revision)) is None:
                    return None
                if route in ("tree", "paths-info"):
                    names = found.files
                    body = [{"type": "file", "path": n, **found.entry(n)} for n in names]
                else:
                    body = found.info(name)
                return self.say(
                    200, json.dumps(body).encode(), {"Content-Type": "application/json"}
                )

            def resolve(self, prefix, name, revision, file):
                found = self.find("datasets" if prefix else "models", name, revision)
                if found is None:
                    return None
                if found.gated:
                    return self.say(found.gated, b"{}", {"X-Error-Code": "GatedRepo"})
                headers = {"X-Repo-Commit": found.commit}
                if file not in found.files:
                    return self.say(404, b"{}", {**headers, "X-Error-Code": "EntryNotFound"})
                path = found.files[file]
                if not file.endswith(LFS):
                    headers["ETag"] = f'"{git_sha1(path)}"'
                    return self.send(path.read_bytes(), headers)
                headers["X-Linked-ETag"] = f'"{sha256(path)}"'
                headers["X-Linked-Size"] = str(found.entry(file)["size"])
                headers["Location"] = f"{hub.cdn}/cdn/{name}/{file}"
                return self.say(302, b"", headers)

            def send_cdn(self, path):
                owner, name, file = path.split("/", 2)
                found = hub.repositories[f"{owner}/{name}"].files[file]
                self.send(found.read_bytes(), {"ETag": f'"{sha256(found)}"'})

            def send(self, body, headers):
                """A file, whole or from where a Range asks, with what this request's fault does."""
                start, status = 0, 200
                if match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
                    start, status = int(match[1]), 206
                    headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                if self.fault.flip:
                    body = body[:-1] + bytes([body[-1] ^ 1])
                self.say(status, body[start:], headers)

            def say(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body[: self.fault.cut])
                if self.fault.cut is not None:
                    self.wfile.flush()
                    time.sleep(0.05)
                    self.close_connection = True

            def log_message(self, *arguments):
                pass

        return Handler


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def git_sha1(file: Path) -> str:
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
