"""Work that may never end, done in a process that can be ended: a thread cannot be, nor kept short of memory."""

import os
import subprocess
import sys
import threading
from pathlib import Path

START = 30.0  # seconds that the process may take to begin
_ROOT = Path(__file__).resolve().parents[2]


class Elsewhere:
    """A process that runs a module of ours and answers line by line. It begins when first needed, and stays.

    The module prints an empty line once it has everything imported, then a line for each that it reads. It ends with
    its parent, when the pipe closes.
    """

    def __init__(self, module: str) -> None:
        self.module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: str, within: float) -> str | None:
        """Send a line and give the line that comes back; None if it takes longer, in seconds: the process is ended.

        Who asks at the same time waits.
        """
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._process = subprocess.Popen(
                    [sys.executable, "-m", self.module],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                    cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
                )  # fmt: skip
                _line(process, None, START)
            line = _line(process, request, within)
            if not line:
                process.kill()
                process.wait()
                self._process = None
            return line or None


def _line(process: subprocess.Popen[str], request: str | None, within: float) -> str:
    """Send a line, if one is given, and read the answer; nothing if the process ends, or is ended for being late."""
    assert process.stdin
    assert process.stdout
    late = threading.Timer(within, process.kill)
    late.start()
    try:
        if request is not None:
            process.stdin.write(f"{request}\n")
            process.stdin.flush()
        return process.stdout.readline()
    except OSError:  # it was ended before it had read all
        return ""
    finally:
        late.cancel()
