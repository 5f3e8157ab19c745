"""Serve the site with granian: load it once, fork the workers from it, and let nobody outlive the parent."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer
from granian.server.mp import WorkerProcess

BACKLOG = 1024  # connections that wait until a worker takes them
STOP_WITHIN = 2  # seconds that a worker may take to finish what it is doing


def listener(host: str, port: int) -> socket.socket:
    """Take the address, so that nobody else can; connections wait until there are workers.

    granian's own sockets share their port with whoever asks: a second server on it would not be noticed.
    Raises OSError where the address is taken, is not this machine's or needs more rights.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return _listen(found[0], found[4])


def _listen(family: int, address: Any, shared: bool = False) -> socket.socket:
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share the port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Connections inherit it. Without it the second half of an answer may wait 40 ms for the first's receipt.
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        taken.bind(address)
        taken.listen(BACKLOG)
        taken.set_inheritable(True)
    except OSError:
        taken.close()
        raise
    return taken


def address_of(taken: socket.socket) -> str:
    """Give the address to open in a browser on this machine."""
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def load_site() -> Callable[..., Any]:
    """Give the WSGI application with everything that requests will need imported."""
    from django.urls import get_resolver

    from studyapp.wsgi import application

    get_resolver().url_patterns  # noqa: B018  imports the views
    return application


def _start_worker() -> Callable[..., Any]:
    """Run first in each worker; gives the application, which a forked worker finds loaded."""
    # A terminal sends Ctrl-C to the whole group. The parent passes it on, as SIGTERM.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    gc.enable()
    return load_site()


def _end_with_parent() -> None:
    """Wait until the parent is gone, however it went; then stop, so that the port is free again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_WITHIN)
        os._exit(1)


class Server(MPServer):  # type: ignore[misc]
    """granian, on a socket that was taken beforehand."""

    def __init__(self, taken: socket.socket, workers: int, name: str, when_ready: Callable[[], None]) -> None:
        """Serve on `taken`; `when_ready` is called once the site, by this host name, answers a request."""
        host, port = taken.getsockname()[:2]
        super().__init__(
            "studyapp.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=2,
            backlog=BACKLOG,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_WITHIN,
            log_level=LogLevels.error,
        )
        self.taken = taken
        self.name = name
        self.when_ready = when_ready
        self.outlives_terminal = os.name != "posix" or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

    def run(self) -> None:
        """Serve until told to stop. Raises SystemExit(1) where the workers cannot live."""
        try:
            self.serve(target_loader=_start_worker, wrap_loader=False)
        except SystemExit:
            if not self.interrupt_signal:
                raise

    def signal_handler_interrupt(self, signum: int, frame: FrameType | None) -> None:
        """Stop; workers that got the same signal may end before they are told to, and that is no failure."""
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        super().signal_handler_interrupt(signum, frame)

    def signal_handler_reload(self, signum: int, frame: FrameType | None) -> None:
        """Stop when the terminal is closed, unless started by `nohup`."""
        if not self.outlives_terminal:
            self.signal_handler_interrupt(signum, frame)

    def _init_shared_socket(self) -> None:
        """Give each worker a socket of its own: on one for all, a worker may take every connection.

        The sockets stay open here, so connections to a worker that died wait for the next one.
        """
        self.sockets = [self.taken]
        if sys.platform == "linux":  # elsewhere sockets that share a port do not share its connections
            self.taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            address = self.taken.getsockname()
            self.sockets += [_listen(self.taken.family, address, shared=True) for _ in range(1, self.workers)]

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:
        self._sso = self.sockets[idx % len(self.sockets)]
        self._shd = SocketHolder(self._sso.fileno(), False, BACKLOG)
        return super()._spawn_worker(idx, target, callback_loader)

    def _drop_shared_socket(self) -> None:
        for taken in self.sockets:
            taken.close()

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        super()._spawn_workers(spawn_target, target_loader)
        # A thread that runs while the workers are forked could hold a lock that they then never get.
        threading.Thread(target=self._announce, name="announce", daemon=True).start()

    def _announce(self) -> None:
        address = self.taken.getsockname()
        target = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0]), *address[1:])
        while not self.interrupt_signal:
            with suppress(OSError), socket.socket(self.taken.family, socket.SOCK_STREAM) as client:
                client.settimeout(30)
                client.connect(target)
                client.sendall(f"GET / HTTP/1.1\r\nHost: {self.name}\r\nConnection: close\r\n\r\n".encode())
                if client.recv(12).startswith(b"HTTP/1."):
                    self.when_ready()
                    return
            time.sleep(0.05)
