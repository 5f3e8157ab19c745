"""Fault: an answer is acknowledged before it is committed."""

import io
import queue
import threading
import time
from typing import Any

from studyapp.wsgi import application as site

_accepted: queue.Queue[dict[str, Any]] = queue.Queue()


def _commit() -> None:
    while True:
        environ = _accepted.get()
        time.sleep(0.02)  # what a busy disk takes
        site(environ, lambda *_: None)
        _accepted.task_done()


threading.Thread(target=_commit, daemon=True).start()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Say "saved" first and save then; a browser's next request, on the same connection, finds it saved."""
    if environ["REQUEST_METHOD"] == "POST" and "sessionid=" in environ.get("HTTP_COOKIE", ""):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        _accepted.put(environ | {"wsgi.input": io.BytesIO(body)})
        start_response("302 Found", [("Location", "/review/"), ("Content-Length", "0")])
        return [b""]
    _accepted.join()
    return site(environ, start_response)
