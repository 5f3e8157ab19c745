"""`manage.py loadcontent`: from the files into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studyapp.content.checks import check_tree, errors
from studyapp.studio.sync import load_course, tree_fingerprint


class Command(BaseCommand):
    """Load a tree of content files."""

    help = "Load the content files. What an instructor changed in the app is never overwritten; conflicts are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "dir", nargs="?", type=Path, default=settings.CONTENT_DIR, help="the tree (default: content/)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["dir"].resolve()
        tree = tree_fingerprint(root) if root.is_dir() else ""
        reading, problems = check_tree(root, timezone.localdate())
        if faults := errors(problems):
            for problem in faults:
                self.stderr.write(str(problem))
            raise CommandError(f"Nothing was loaded: {root} has {len(faults)} problems.")
        plan = load_course(reading.course, tree)
        self.stdout.write(plan.summary())
        for conflict in plan.conflicts:
            self.stdout.write(f"conflict: {conflict} changed in the app and in the files; the app's stays")
