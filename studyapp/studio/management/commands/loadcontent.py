"""`manage.py loadcontent`: from the files into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studyapp.content.checks import check_tree, errors
from studyapp.studio.models import Conflict
from studyapp.studio.sync import Folder, is_loaded, load_course, tree_fingerprint


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
        if is_loaded(tree):
            self.stdout.write("unchanged since the last load")
        else:
            reading, problems = check_tree(root, timezone.localdate())
            if faults := errors(problems):
                for problem in faults:
                    self.stderr.write(str(problem))
                many = "s" if len(faults) != 1 else ""
                raise CommandError(f"Nothing was loaded: {root} has {len(faults)} problem{many}.")
            folder = Folder()
            self.stdout.write(load_course(reading.course, tree, folder=folder).summary())
            folder.remember(reading.course, tree)
        for kind, key in Conflict.objects.order_by("kind", "key").values_list("kind", "key"):
            self.stdout.write(f"conflict: {kind} {key} changed in the app and in the files; the app's stays")
