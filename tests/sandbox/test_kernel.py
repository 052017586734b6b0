"""A notebook's kernel in the sandbox, spoken to over Unix sockets, as the grader does it."""

from __future__ import annotations

import json
import sys

import pytest

from workbook.sandbox import Limits, start

TEXT = """
import os, torch, workbook
print(torch.ones(3).sum().item(), os.getcwd())
import socket
try:
    socket.create_connection(("93.184.215.14", 80))
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.usefixtures("boxed")
def test_a_kernel_with_torch_answers_over_unix_sockets(tmp_path, root):
    from jupyter_client import BlockingKernelClient

    folder = tmp_path / "work"
    folder.mkdir()
    folder.chmod(0o777)
    names = ("shell", "iopub", "stdin", "control", "hb")
    ports = {f"{name}_port": n for n, name in enumerate(names, start=1)}
    connection = {"transport": "ipc", "ip": str(folder / "kernel"), "key": "key", **ports,
                  "signature_scheme": "hmac-sha256"}  # fmt: skip
    file = folder / "connection.json"
    file.write_text(json.dumps(connection), encoding="utf-8")
    file.chmod(0o644)
    printed = []
    with start(
        [sys.executable, "-m", "ipykernel_launcher", "-f", str(file)],
        folder=folder,
        readable=[sys.prefix, root / "workbook"],
        environment={"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
        limits=Limits(seconds=120, memory_mb=2048),
    ) as kernel:
        client = BlockingKernelClient()
        client.load_connection_info(connection)
        client.start_channels(hb=False)  # a busy machine misses heartbeats
        try:
            client.wait_for_ready(timeout=60)
            reply = client.execute_interactive(
                TEXT, timeout=60, output_hook=lambda m: printed.append(m["content"].get("text", ""))
            )
        finally:
            client.stop_channels()
        assert kernel.running
    assert reply["content"]["status"] == "ok"
    assert "".join(printed) == f"3.0 {folder}\nNetwork is unreachable\n"
