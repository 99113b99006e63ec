"""A server here that stands for the Hugging Face hub."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c" * 40


@contextmanager
def standing_for_the_hub(repositories, monkeypatch, cache):
    """Gives the list of files that were fetched.

    Parameters
    ----------
    repositories
        by name: {"card": of the model, "files": bytes by name}
    """
    from huggingface_hub import constants

    fetched = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *told):
            pass

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            parts = self.path.partition("?")[0].removeprefix("/").split("/")
            if parts[:2] == ["api", "models"]:
                self._reply(self._described("/".join(parts[2:4])))
                return
            held = repositories.get("/".join(parts[:2]), {"files": {}})["files"].get("/".join(parts[4:]))
            if held is not None and self.command == "GET":
                fetched.append("/".join(parts[4:]))
            self._reply(held)

        def _described(self, name):
            if name not in repositories:
                return None
            files = [{"rfilename": file, "size": len(held)} for file, held in repositories[name]["files"].items()]
            told = {"id": name, "sha": COMMIT, "cardData": repositories[name]["card"], "siblings": files, "tags": []}
            return json.dumps(told).encode()

        def _reply(self, body):
            self.send_response(404 if body is None else 200)
            if body is None:
                self.send_header("X-Error-Code", "RepoNotFound")
                body = b""
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    try:
        yield fetched
    finally:
        server.shutdown()
        server.server_close()
