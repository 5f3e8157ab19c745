"""The real site, as `manage.py study` or granian serves it, in a folder and a database of its own."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds in which a server must answer; a first start collects and loads everything


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """Give the environment of a site with nothing in it, on the database that the tests run on."""
    given = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="stowage-site-", ignore_cleanup_errors=True) as folder:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name
            not in {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PYTHONDONTWRITEBYTECODE", "DATABASE_URL"}
        } | {"STOWAGE_VAR": folder}
        if not given.startswith("postgres"):
            yield environment
            return
        import psycopg

        name = f"stowage_site_{os.getpid()}_{time.monotonic_ns()}"
        with psycopg.connect(given, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
            try:
                yield environment | {"DATABASE_URL": urlunsplit(urlsplit(given)._replace(path=f"/{name}"))}
            finally:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(
    environment: dict[str, str], *arguments: str, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command of the project to its end, by way of the command `before` it if one is given."""
    command = [*before, sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def _hear_hang_ups() -> None:
    """Undo what `nohup` leaves to all below it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Site:
    """A server that can be started, stopped and killed, over and over, on one port."""

    def __init__(self, environment: dict[str, str], application: str | None = None, port: int | None = None) -> None:
        """Serve as `manage.py study` does; or another WSGI `application`, by granian alone."""
        self.environment = environment
        self.application = application
        self.port = port or free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> float:
        """Start and wait until it answers; gives the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "manage.py", "study", "--port", str(self.port), *options]
        if self.application:
            command = [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--workers",
                "2",
                "--blocking-threads",
                "2",
            ]
            command += ["--port", str(self.port), "--log-level", "error", "--no-access-log", self.application]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_hear_hang_ups,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                self.kill()
                raise RuntimeError(
                    f"the server did not come up (exit code {self.process.returncode}):\n" + "".join(self.said)
                )
            time.sleep(0.02)
        return time.monotonic() - began

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self.said.append(line)

    def wait_for(self, pattern: str, seconds: float = 10) -> str:
        """Wait for a line of the server's output; gives it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for line in self.said:
                if re.search(pattern, line):
                    return line
            time.sleep(0.02)
        raise AssertionError(f"the server never said {pattern!r}:\n" + "".join(self.said))

    def stop(self, with_signal: int = signal.SIGTERM) -> tuple[int, float]:
        """End it as a person would; gives the exit code and the seconds that took."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE), time.monotonic() - began

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        assert self.process
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # the session that `start` made
        self.process.wait(PATIENCE)

    def processes(self) -> list[int]:
        """Give the ids of the server's processes that live (Linux)."""
        assert self.process
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid and fields[0] != "Z":  # the session, the state
                    found.append(int(entry.name))
        return found


def answers(port: int) -> bool:
    """Tell whether something answers at the port with a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listening(port: int) -> bool:
    """Tell whether anybody listens at the port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def gone_within(seconds: float, port: int) -> bool:
    """Tell whether the port is free again before the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not listening(port):
            return True
        time.sleep(0.02)
    return False


@contextmanager
def running(environment: dict[str, str], options: Sequence[str] = (), application: str | None = None) -> Iterator[Site]:
    """Run a site while the block runs."""
    site = Site(environment, application)
    site.start(*options)
    try:
        yield site
    finally:
        site.kill()
