"""Make ready what the site stands on: its folder, secret key, database, content and static files.

Each step first asks, cheaply, whether there is anything to do: a start on which nothing changed costs
a few file listings and queries.
"""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from studyapp.notes.models import Edition

BACKUPS_KEPT = 5
_ELSEWHERE = "Allow it, or name another folder in STOWAGE_VAR."


class CannotStart(Exception):
    """Why the site cannot be served, as one sentence for the person who started it."""


def prepare() -> None:
    """Do all that is left to do. Raises CannotStart, or OSError where a file cannot be written."""
    with _one_at_a_time():
        migrate()
        load_content()
        collect_static()
    connections.close_all()  # a process that is forked must not take an open database along


def is_first_start() -> bool:
    """Tell whether the site was never started from this folder, and remember that it was."""
    told = settings.VAR_DIR / "started"
    if told.exists():
        return False
    told.touch()
    return True


def claim_folder() -> None:
    """Make sure that there is a folder to write to. Raises CannotStart."""
    folder = settings.VAR_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotStart(f"The folder {folder} cannot be made ({_reason(problem)}). {_ELSEWHERE}") from problem
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(f"The folder {folder} cannot be written to. {_ELSEWHERE}")


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second start wait until the first has made everything."""
    try:
        import fcntl
    except ImportError:  # Windows: there the second start may fail, and says so
        yield
        return
    with (settings.VAR_DIR / "start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_secret_key() -> bool:
    """Make the file of the secret key if there is none; only its owner may read it.

    Gives whether the settings must be loaded again to know the key. Raises CannotStart.
    """
    file: Path = settings.SECRET_KEY_FILE
    if settings.PRODUCTION or os.environ.get("SECRET_KEY"):
        return False
    try:
        if not file.exists():
            _write(file, secrets.token_urlsafe(50), mode=0o600, replace=False)
        key = file.read_text().strip()
    except OSError as problem:
        raise CannotStart(f"The secret key {file} cannot be read or written ({_reason(problem)}).") from problem
    if not key:
        raise CannotStart(f"The secret key {file} is empty. Delete the file: the next start makes another.")
    return key != settings.SECRET_KEY


def _write(file: Path, text: str, mode: int = 0o644, replace: bool = True) -> None:
    """Write a file so that nobody ever sees half of it; without `replace`, whoever is first wins."""
    draft = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            draft.replace(file)
        else:
            with suppress(FileExistsError):
                os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)


# The database


def migrate() -> bool:
    """Bring the tables up to date; an embedded database that holds something is copied aside first.

    Gives whether there was anything to do.
    """
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"].setdefault("connect_timeout", 10)
    elif connection.vendor == "sqlite" and os.path.exists(_database()) and not os.access(_database(), os.W_OK):
        raise CannotStart(f"The database {_database()} cannot be written to: allow it.")
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
        if not _migration_files() - applied:
            return False
        if applied and connection.vendor == "sqlite":
            copy_aside()
        call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, ImproperlyConfigured) as problem:
        raise CannotStart(f"The database {_database()} cannot be used: {_first_line(problem)}") from problem
    return True


def _migration_files() -> set[tuple[str, str]]:
    """Give the app and name of every migration, without importing any."""
    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[!_]*.py")
    }


def copy_aside() -> Path:
    """Copy the embedded database to `backups/` as it is now, and drop the oldest copies."""
    import sqlite3

    folder = settings.VAR_DIR / "backups"
    folder.mkdir(exist_ok=True)
    source = Path(connection.settings_dict["NAME"])
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    copy: Path = folder / f"{source.stem}-{stamp}.sqlite3"
    draft = copy.with_suffix(".part")
    draft.unlink(missing_ok=True)
    connection.ensure_connection()
    target = sqlite3.connect(draft)
    try:
        connection.connection.backup(target)
    finally:
        target.close()
    draft.replace(copy)
    for old in sorted(folder.glob(f"{source.stem}-*.sqlite3"))[:-BACKUPS_KEPT]:
        old.unlink()
    return copy


def _database() -> str:
    """Name the database for a message: no password."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(found["NAME"])
    host = f"{found['HOST'] or 'localhost'}:{found['PORT']}" if found["PORT"] else found["HOST"] or "localhost"
    return f"{found['NAME']} at {host}"


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0].strip().rstrip(".") + "." if lines else type(problem).__name__ + "."


# Content and static files


def load_content() -> bool:
    """Load `content/` unless it, and what the database says it was loaded from, are as the last load left them.

    Conflicts with what an instructor changed are printed and stop nothing. Gives whether it loaded.
    """
    stamp = settings.VAR_DIR / "content.stamp"
    try:
        if _read(stamp) == _content_state():
            return False
        call_command("loadcontent", stderr=io.StringIO())  # which would list the problems here
        _write(stamp, json.dumps(_content_state()))
    except CommandError as problem:
        raise CannotStart(f"{_first_line(problem)} `manage.py checkcontent` lists every problem.") from problem
    except DatabaseError as problem:
        raise CannotStart(f"The notes cannot be loaded into {_database()}: {_first_line(problem)}") from problem
    return True


def _content_state() -> dict[str, str]:
    """Give what the files are now, and what the database was loaded from."""
    code = Path(__file__).resolve().parent.parent  # derived fields change with the code that derives them
    files = [*settings.CONTENT_DIR.rglob("*"), *code.glob("content/*.py")]
    files += [code / f"studio/{name}.py" for name in ("sync", "rows", "deriving", "documents")]
    files += [
        code / "notes/articles.py",
        *(settings.BASE_DIR / "templates/notes").glob("fi*.html"),
        settings.BASE_DIR / "templates/notes/fact_block.html",
    ]
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        content = file.read_bytes()
        digest.update(f"{file} {len(content)}\n".encode())
        digest.update(content)
    loaded = Edition.objects.order_by("pk").values_list("tree_fingerprint", flat=True).first()
    return {"files": digest.hexdigest(), "loaded": loaded or ""}


def collect_static() -> bool:
    """Give the static files their hashed names and compress them, if any has changed since. Gives whether it did."""
    stamp = settings.VAR_DIR / "static.stamp"
    found = _static_state()
    if _read(stamp) == found and (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        return False
    try:
        # From nothing, because a start that was cut short may have left half a file.
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    except (CommandError, OSError, ValueError) as problem:
        raise CannotStart(f"The static files cannot be collected: {_first_line(problem)}") from problem
    _write(stamp, json.dumps(found))
    return True


def _static_state() -> list[list[str | int]]:
    """List every static file with its size and the time of its last change."""
    found: list[list[str | int]] = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            found.append([name, about.st_size, about.st_mtime_ns])
    return sorted(found)


def _read(stamp: Path) -> Any:
    try:
        return json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
