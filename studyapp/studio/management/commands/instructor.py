"""`manage.py instructor NAME`: let a person edit the notes and see what learners answer."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.crypto import get_random_string

from studyapp.accounts.models import User
from studyapp.studio.roles import make_instructor, remove_instructor


class Command(BaseCommand):
    help = (
        "Make an instructor of a person, who is made if there is none of that name; or with --remove, a learner again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the name that the person signs in with")
        parser.add_argument("--remove", action="store_true", help="take the right away; what was written stays")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        person = User.objects.filter(username__iexact=name, is_guest=False).first()
        if options["remove"]:
            if person is None:
                raise CommandError(f'There is nobody called "{name[:60]}".')
            remove_instructor(person)
            self.stdout.write(f"{person.username} is a learner again; drafts and history stay.")
            return
        password = ""
        with transaction.atomic():
            if person is None:
                person, password = self._new(name)
            make_instructor(person)
        self.stdout.write(
            f"{person.username} is an instructor: sign in, then open /studio/ (the E key edits what you see)."
        )
        if password:
            self.stdout.write(f"Password, shown once: {password}   Change it under Account.")

    def _new(self, name: str) -> tuple[User, str]:
        """Make a person; the password is asked for on a terminal, else drawn and given."""
        person = User(username=name)
        try:
            person.clean_fields(exclude=["password", "email"])
        except ValidationError as problem:
            raise CommandError(f"NAME cannot be used: {' '.join(problem.messages)}") from None
        drawn = ""
        if sys.stdin.isatty():
            given = getpass(f"There is nobody called {name} yet. Password for {name}: ")
            try:
                validate_password(given, person)
            except ValidationError as problem:
                raise CommandError(" ".join(problem.messages)) from None
        else:
            given = drawn = get_random_string(14)
        person.set_password(given)
        person.save()
        return person, drawn
