"""A server on this machine that answers OpenAI's chat completions with a model of the loop."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def endpoint(model):
    """Yield the base URL of a server and the list of requests that it gets."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append({"path": self.path, **request})
            chat = [
                {"role": "tool", "content": one["content"].removeprefix("Observation: ")}
                if one["content"].startswith("Observation: ")
                else one
                for one in request["messages"]
            ]
            reply = model(chat, stop=request.get("stop") or (), max_tokens=request["max_tokens"])
            message = {"role": "assistant", "content": reply.text}
            body = {
                "id": "1", "object": "chat.completion", "created": 0, "model": request["model"],
                "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                "usage": {
                    "prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.new_tokens,
                    "total_tokens": reply.prompt_tokens + reply.new_tokens,
                },
            }  # fmt: skip
            data = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
