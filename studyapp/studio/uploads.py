"""Uploaded trees: unpacked with suspicion, checked like the site's own files, and kept from the plan to the load."""

import os
import re
import secrets
import stat
import struct
import tempfile
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.utils import timezone

from studyapp.accounts.models import User
from studyapp.content.checks import check_course, check_layout
from studyapp.content.reader import INVENTORY_FILE, Reading, read_course
from studyapp.content.records import Problem

MOST_PACKED = 3_000_000  # bytes of a zip
MOST_BYTES = 6_000_000  # of all its files together, unpacked; to read that many at their worst takes 30 s
MOST_FILES = 2_000
LONGEST_NAME = 300  # characters of a file's path
KEPT_FOR = 24 * 60 * 60  # seconds
ROOT = "content"
CHUNK = 1 << 16
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # that systems leave in folders and their zips
# What zipfile raises for a zip that is damaged, or that somebody made so.
DAMAGED = (BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class Unfit(Exception):
    """An upload that cannot be taken; the message names the file and says what would be right."""


# Unpacking ----------------------------------------------------------------------------------------------------


def unpack(packed: IO[bytes], into: Path) -> Path:
    """Unpack the tree of a zip into an empty folder, and give the tree's own folder. Raises Unfit.

    Nothing that a zip says of itself is trusted: bytes are counted as they come out.
    """
    try:
        with ZipFile(packed) as archive:
            entries = _checked(archive.infolist())
            home = _home(entries)
            room = MOST_BYTES
            for name, entry in entries.items():
                target = into / ROOT / PurePosixPath(name).relative_to(home)
                target.parent.mkdir(parents=True, exist_ok=True)
                room = _write(archive, entry, target, room)
    except DAMAGED as problem:
        raise Unfit(f"This is no zip that can be read ({_shortly(problem)}). Zip the folder anew.") from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise Unfit(
            f'The zip has a file and a folder of the same name, "{_shown(name)}". Zip the folder anew.'
        ) from None
    return into / ROOT


def _checked(listed: list[ZipInfo]) -> dict[str, ZipInfo]:
    """Give the files of a zip by name, those that systems leave behind not among them. Raises Unfit."""
    if len(listed) > 2 * MOST_FILES:  # folders are listed, too
        raise Unfit(f"The zip holds {len(listed):,} files and folders; at most {MOST_FILES:,} files are taken.")
    entries: dict[str, ZipInfo] = {}
    for entry in listed:
        name = entry.orig_filename  # not cut off at a NUL
        if flaw := _flaw(name, entry):
            raise Unfit(f'"{_shown(name)}" in the zip {flaw}. Nothing was taken.')
        path = PurePosixPath(name)
        if entry.is_dir() or path.name in LITTER or path.name.startswith("._") or path.parts[0] == "__MACOSX":
            continue
        if name in entries:
            raise Unfit(f'"{_shown(name)}" is in the zip twice: keep one. Nothing was taken.')
        entries[name] = entry
    if len(entries) > MOST_FILES:
        raise Unfit(f"The zip holds {len(entries):,} files; at most {MOST_FILES:,} are taken.")
    return entries


def _flaw(name: str, entry: ZipInfo) -> str:
    """Say what is wrong with an entry of a zip, nothing if it may be unpacked."""
    parts = name.removesuffix("/").split("/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if not name.isprintable():
        return "has a control character in its name: rename it"
    if len(name) > LONGEST_NAME or max(map(len, parts)) > 100:
        return "has too long a name: at most 100 characters for each folder and file"
    if "\\" in name:
        return "has a backslash in its name: make the zip with a program that writes /"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path: zip the folder itself"
    if any(part in ("", ".", "..") for part in parts):
        return "has a path that leaves the folder: zip the folder itself"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link, not a file: put the file itself there"
    if entry.flag_bits & 1:
        return "is encrypted: make the zip without a password"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is packed in a way that is not read here: make an ordinary zip"
    return ""


def _home(entries: dict[str, ZipInfo]) -> str:
    """Give the folder in a zip that holds the tree, empty for the zip itself. Raises Unfit."""
    homes = [PurePosixPath(name).parent for name in entries if PurePosixPath(name).name == INVENTORY_FILE]
    if not homes:
        raise Unfit(f"The zip has no {INVENTORY_FILE}: zip the folder that holds it, with everything in it.")
    home = min(homes, key=lambda path: (len(path.parts), str(path)))
    for name in entries:
        if not PurePosixPath(name).is_relative_to(home):
            raise Unfit(
                f'"{_shown(name)}" lies outside of the folder {home}: zip that folder alone. Nothing was taken.'
            )
    return str(home)


def _write(archive: ZipFile, entry: ZipInfo, target: Path, room: int) -> int:
    """Write a file out of a zip, and give how many bytes may still follow. Raises Unfit."""
    name = _shown(entry.orig_filename)
    try:
        with archive.open(entry) as packed, target.open("xb") as out:
            while chunk := packed.read(CHUNK):
                room -= len(chunk)
                if room < 0:
                    many = f"{MOST_BYTES // 1_000_000} MB"
                    raise Unfit(f'The zip unpacks to more than {many} (broken off at "{name}"). Nothing was taken.')
                out.write(chunk)
    except DAMAGED as problem:
        raise Unfit(f'"{name}" in the zip is damaged ({_shortly(problem)}). Zip the folder anew.') from None
    return room


def _shown(name: str) -> str:
    """Give a stranger's name so that it can be shown."""
    text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _shortly(problem: Exception) -> str:
    return _shown(str(problem).lower().rstrip(".")) or type(problem).__name__


# Kept uploads -------------------------------------------------------------------------------------------------


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(packed: IO[bytes], owner: User) -> str:
    """Keep an upload for its owner for a day, and give the token by which it is found. Raises Unfit."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix="stowage-") as beside:
        unpack(packed, Path(beside))
    token = secrets.token_hex(16)
    packed.seek(0)
    with os.fdopen(os.open(_path(token, owner), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := packed.read(CHUNK):
            out.write(chunk)
    return token


def _path(token: str, owner: User) -> Path:
    return _folder() / f"{owner.pk}-{token}.zip"


def kept(token: str, owner: User) -> Path | None:
    """Give the file of an upload, None if its owner has none by that token, or no more."""
    _sweep()
    path = _path(token, owner) if re.fullmatch("[0-9a-f]{32}", token) else None
    return path if path and path.is_file() else None


def drop(token: str, owner: User) -> None:
    """Throw an upload away."""
    if path := kept(token, owner):
        path.unlink(missing_ok=True)


def _sweep() -> None:
    for path in _folder().glob("*.zip"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink()


def read_upload(path: Path) -> tuple[Reading, list[Problem]]:
    """Read and check a kept upload, like `checks.check_tree`. Raises Unfit.

    How files are laid out is no more than a warning, for an export lays them out anew.
    """
    with tempfile.TemporaryDirectory(prefix="stowage-") as beside, path.open("rb") as packed:
        return _check(unpack(packed, Path(beside)))


def _check(root: Path) -> tuple[Reading, list[Problem]]:
    reading = read_course(root)
    problems = reading.problems + check_course(reading, timezone.localdate())
    layout = [
        replace(problem, warning=True, message="is laid out otherwise than an export lays it out, which does no harm")
        for problem in check_layout(reading.course, root, reading.faulty)
    ]
    return reading, sorted([*problems, *layout])
