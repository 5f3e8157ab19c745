"""`manage.py exportcontent`: from the database into files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studyapp.content.writer import Unwritable, write_course
from studyapp.studio.sync import course_from_rows


class Command(BaseCommand):
    """Write what is taught as a tree of content files."""

    help = "Write what is taught into a new folder, laid out like content/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, help="a folder that does not exist yet, or is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["dir"].resolve()
        try:
            write_course(course_from_rows(), root)
        except FileExistsError:
            raise CommandError(f"{root} is not empty: name a new folder. Nothing was written.") from None
        except Unwritable as problem:
            raise CommandError(f"{problem}. Mend it in the app. Nothing was written.") from None
        except OSError as problem:
            raise CommandError(f"{root} cannot be written: {problem.strerror}. Nothing was written.") from None
        self.stdout.write(f"written to {root}")
