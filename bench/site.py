"""Two servers side by side: the app with a course and a learner, and the bare project, both under granian."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTLE = """
import os, sys
sys.path.insert(0, os.getcwd())
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from bench.course import make_course, make_history
from studyapp.accounts.models import User
cards, learners = int(sys.argv[1]), int(sys.argv[2])
if cards:
    items = make_course(cards)
else:
    call_command("loadcontent", verbosity=0, stdout=open(os.devnull, "w"))
    from studyapp.schedules.models import Item
    items = list(Item.objects.filter(retired=False).order_by("position"))
from django.test import Client
for number in range(learners):
    user = User.objects.create_user(f"learner-{number}", password=None)
    make_history(user, items[: len(items) // 2], len(items))
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    print(browser.cookies["sessionid"].value)
"""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    cookies: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str = "/", seconds: float = 30) -> None:
    """Wait until a server answers with 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.02)
    raise SystemExit("the server did not answer")


@contextlib.contextmanager
def granian(application: str, environment: dict[str, str], cookies: tuple[str, ...] = ()) -> Iterator[Server]:
    """Serve a WSGI application as the app is served: two workers with two threads each."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "error", application]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)})
    try:
        wait_for(port)
        yield Server(port, process, cookies)
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def pair(cards: int = 0, learners: int = 1) -> Iterator[tuple[Server, Server]]:
    """Give the app with so many cards (0: the real content) and learners, and the bare project."""
    with tempfile.TemporaryDirectory(prefix="stowage-bench-") as folder:
        environment = {"DJANGO_SETTINGS_MODULE": "studyapp.settings", "STOWAGE_VAR": folder, "SECRET_KEY": "bench"}
        settled = subprocess.run(
            [sys.executable, "-c", SETTLE, str(cards), str(learners)],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        cookies = tuple(settled.stdout.split())
        with (
            granian("studyapp.wsgi:application", environment, cookies) as ours,
            granian("bench.bare:application", {}) as bare,
        ):
            yield ours, bare
