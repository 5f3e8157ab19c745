"""`manage.py exportcontent`: from the database into files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studyapp.content.reader import INVENTORY_FILE
from studyapp.content.writer import Unwritable, write_course
from studyapp.studio.exchange import NotLoaded, update_tree
from studyapp.studio.sync import course_from_rows

MOST_NAMED = 20


class Command(BaseCommand):
    """Write what is taught as a tree of content files."""

    help = "Write what is taught into a new folder, laid out like content/, or bring such a folder up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, help="a folder that does not exist yet, or is empty")
        parser.add_argument(
            "--update", action="store_true", help="DIR holds such a tree: write what differs, remove what is gone"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="with --update: even if DIR holds changes that were not loaded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["dir"].resolve()
        try:
            if options["update"] and root.is_dir() and any(root.iterdir()):
                self.update(root, overwrite=options["overwrite"])
            else:
                write_course(course_from_rows(), root)
                self.stdout.write(f"written to {root}")
        except FileExistsError:
            raise CommandError(
                f"{root} is not empty: name a new folder, or add --update. Nothing was written."
            ) from None
        except Unwritable as problem:
            raise CommandError(f"{problem}. Mend it in the app. Nothing was written.") from None
        except OSError as problem:
            raise CommandError(f"{root} cannot be written: {problem.strerror}. Nothing was written.") from None

    def update(self, root: Path, *, overwrite: bool) -> None:
        """Bring a tree up to date, and say what was done."""
        if not (root / INVENTORY_FILE).is_file():
            raise CommandError(f"{root} holds no {INVENTORY_FILE}: name the folder of a tree. Nothing was written.")
        try:
            written, removed = update_tree(root, overwrite=overwrite)
        except NotLoaded as problem:
            for line in problem.what[:MOST_NAMED]:
                self.stderr.write(line)
            if len(problem.what) > MOST_NAMED:
                self.stderr.write(f"and {len(problem.what) - MOST_NAMED} more")
            message = "holds what was not loaded and would be lost: load it first, or add --overwrite"
            raise CommandError(f"{root} {message}. Nothing was written.") from None
        except OSError as problem:
            raise CommandError(f"{problem.filename} cannot be written: {problem.strerror}. Run this again.") from None
        for name in written:
            self.stdout.write(f"written: {name}")
        for name in removed:
            self.stdout.write(f"removed: {name}")
        self.stdout.write(f"{len(written)} written, {len(removed)} removed" if written or removed else "up to date")
