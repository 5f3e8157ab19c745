"""`manage.py simulate`: the simulators from the command line, JSON in and JSON out."""

import json
import os
import sys
import traceback
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from studyapp.simulators.door import LARGEST, families, read_json, simulate, simulate_line
from studyapp.simulators.errors import InputError

BAD_INPUT = 2  # exit code


class Command(BaseCommand):
    """Answer an input of a simulator, or one per line. The database is not touched."""

    help = "Answer a simulator's input (JSON from a file or standard input)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("family", nargs="?", help="whose answer is wanted (with --lines: the file)")
        parser.add_argument("file", nargs="?", help="the input (default or -: standard input)")
        parser.add_argument("--lines", action="store_true", help='one {"family": ..., "input": {...}} on every line')
        parser.add_argument("--list", action="store_true", help="list the families, or the misconceptions of one")
        parser.add_argument("--trace", action="store_true", help="add the steps that lead to the answer")
        parser.add_argument("--misconception", metavar="NAME", help="answer by this wrong rule instead")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {"misconception": options["misconception"], "trace": options["trace"]}
        try:
            if options["list"]:
                self._list(options["family"])
            elif options["lines"]:
                if options["file"]:
                    raise InputError("family", "every line names its own; with --lines give at most a file")
                self._lines(options["family"], asked)
            else:
                self._single(options["family"], options["file"], asked)
            self.stdout.flush()
        except InputError as error:
            self.stdout.write(json.dumps(error.as_json()))
            sys.exit(BAD_INPUT)
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _list(self, name: str | None) -> None:
        if name is None:
            for family in families().values():
                self.stdout.write(f"{family.name}: {family.summary}")
        elif name in families():
            for key, sentence in families()[name].misconceptions.items():
                self.stdout.write(f"{key}: {sentence}")
        else:
            simulate(name, {})  # says that there is none

    def _single(self, family: str | None, file: str | None, asked: dict[str, Any]) -> None:
        if family is None:
            raise InputError("family", f"is missing; there are {', '.join(families())}")
        if family not in families():
            simulate(family, {}, **asked)  # says so before the input is waited for
        with _opened(file) as stream:
            given = read_json(stream.read(LARGEST + 1))
        self.stdout.write(json.dumps(simulate(family, given, **asked)))

    def _lines(self, file: str | None, asked: dict[str, Any]) -> None:
        faults = False
        with _opened(file) as stream:
            while line := stream.readline(LARGEST + 1):
                while len(line) > LARGEST and not line.endswith(b"\n"):  # a line too long is passed over to its end
                    rest = stream.readline(LARGEST)
                    if not rest or rest.endswith(b"\n"):
                        break
                try:
                    answer = simulate_line(line, **asked)
                except Exception as fault:  # one line must not take the others' answers along
                    faults = True
                    traceback.print_exc(file=sys.stderr)
                    answer = InputError("input", f"cannot be answered: {type(fault).__name__}").as_json()
                self.stdout.write(json.dumps(answer))
        if faults:
            sys.exit(1)


def _opened(file: str | None) -> Any:
    """Open a file for reading bytes, or standard input, which stays open."""
    if file is None or file == "-":
        stream: BinaryIO = sys.stdin.buffer
        return nullcontext(stream)
    try:
        return open(file, "rb")  # closed by the caller's `with`
    except OSError as error:
        raise InputError("file", f"{file} cannot be read: {error.strerror}") from None
