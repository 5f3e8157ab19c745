"""From `manage.py study` to its first answer, and the memory it takes, beside the bare project under the same server.

    uv run python -m bench.start [--pairs 7]

The app has been started once before, as on any day but the first. Memory is the proportional set size of all
processes (Linux), after some pages have been asked for.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.site import ROOT, free_port

PAGES = ("/", "/topics/", "/facts/", "/review/", "/search/?q=storage")


@dataclass(frozen=True)
class Start:
    """What a start took."""

    first_answer: float  # milliseconds
    memory: float  # MiB
    stop: float  # milliseconds


def answers(port: int, path: str) -> bool:
    """Tell whether the server answers with 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as server:
            server.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            server.settimeout(5)
            return b" 200 " in server.recv(200)
    except OSError:
        return False


def tree(process: int) -> set[int]:
    """Give a process and all below it."""
    found = {process}
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found |= tree(int(child))
    return found


def measure(command: list[str], port: int, pages: tuple[str, ...], **more: str) -> Start:
    """Start a server, ask it for pages, stop it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment | more, **quiet)  # type: ignore[call-overload]
    while not answers(port, "/"):
        if process.poll() is not None:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        time.sleep(0.003)
    first = time.perf_counter() - begin
    for _ in range(20):
        for page in pages:
            answers(port, page)
    rollups = [Path(f"/proc/{number}/smaps_rollup").read_text() for number in tree(process.pid)]
    memory = sum(int(found[1]) for text in rollups if (found := re.search(r"Pss:\s+(\d+)", text))) / 1024
    begin = time.perf_counter()
    process.terminate()
    process.wait(10)
    return Start(first * 1e3, memory, (time.perf_counter() - begin) * 1e3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    bare_port, port = str(free_port()), str(free_port())
    server = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2", "--no-access-log"]
    bare = [sys.executable, *server, "--log-level", "error", "--port", bare_port, "bench.bare:application"]
    ours = [sys.executable, "manage.py", "study", "--port", port]
    with tempfile.TemporaryDirectory(prefix="stowage-bench-") as folder:
        measure(ours, int(port), ("/",), STOWAGE_VAR=folder)
        pairs = []
        for _ in range(options.pairs):
            floor = measure(bare, int(bare_port), ("/",), PYTHONPATH=str(ROOT))
            pairs.append((floor, measure(ours, int(port), PAGES, STOWAGE_VAR=folder)))
    for name in ("first_answer", "memory", "stop"):
        ratios = sorted(getattr(mine, name) / getattr(floor, name) for floor, mine in pairs)
        here, there = (statistics.median(getattr(pair[side], name) for pair in pairs) for side in (1, 0))
        unit = "MiB" if name == "memory" else "ms"
        print(
            f"{name.replace('_', ' '):13} ours {here:6.1f} {unit}   bare {there:6.1f} {unit}   "
            f"x {statistics.median(ratios):.2f} [{ratios[0]:.2f} .. {ratios[-1]:.2f}]"
        )


if __name__ == "__main__":
    main()
