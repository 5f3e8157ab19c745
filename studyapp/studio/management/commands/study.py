"""`manage.py study`: make everything ready, then serve the site."""

import gc
import os
import signal
import sys
import webbrowser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from studyapp.studio.prepare import CannotStart, claim_folder, is_first_start, make_secret_key, prepare
from studyapp.studio.serve import Server, address_of, listener, load_site


class Command(BaseCommand):
    help = "Run the app: makes the database, loads the notes and serves them. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
        )
        parser.add_argument("--port", default="8000", help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", default="2", help="processes that answer (default: %(default)s)")
        parser.add_argument("--open", action="store_true", help="open the browser when the site answers")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        gc.disable()  # next to nothing of what is loaded now is ever thrown away; the workers enable it
        try:
            workers = _number("--workers", options["workers"], 1, 64)
            port = _number("--port", options["port"], 0, 65535)
            taken = _take(options["host"], port)
            claim_folder()
            if make_secret_key():
                taken.close()
                # Begin again, so that nothing works with the makeshift key of the first run.
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
            prepare()
            first = is_first_start()
        except CannotStart as problem:
            sys.exit(str(problem))
        except OSError as problem:
            sys.exit(f"{problem.filename or settings.VAR_DIR} cannot be used: {problem.strerror or problem}.")
        _answer_to(options["host"])
        load_site()
        gc.freeze()  # keeps the collector of the workers from touching, and so copying, what they share

        def when_ready() -> None:
            self.stdout.write(f"Stowage is open at {address_of(taken)}  (Ctrl-C stops it)")
            self.stdout.flush()
            if first:
                self.stdout.write("To edit the notes in the browser, make an instructor: manage.py instructor NAME")
                self.stdout.flush()
            if options["open"]:
                webbrowser.open(address_of(taken))

        name = settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"
        Server(taken, workers, name, when_ready).run()


def _leave(signum: int, frame: FrameType | None) -> None:
    """Stop before the server runs; what was being written is rolled back."""
    sys.exit(0)


def _number(option: str, value: str | int, least: int, most: int) -> int:
    if not str(value).isascii() or not str(value).isdigit() or not least <= int(value) <= most:
        raise CannotStart(f"{option} takes a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def _take(host: str, port: int) -> Any:
    try:
        return listener(host, port)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise CannotStart(
            f"Port {port} of {host} cannot be used ({reason}). Stop what uses it, or give another with --port."
        ) from problem


def _answer_to(host: str) -> None:
    """Let the site answer to the address that it was told to listen on; in production, ALLOWED_HOSTS says it all."""
    if not settings.PRODUCTION and host not in {*settings.ALLOWED_HOSTS, "0.0.0.0", "::"}:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, f"[{host}]" if ":" in host else host]
        os.environ["ALLOWED_HOSTS"] = ",".join(settings.ALLOWED_HOSTS)  # for workers that load the settings anew
