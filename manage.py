#!/usr/bin/env python
"""The project's command line: `manage.py study` runs the app, `manage.py help` lists the rest."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018  loads the settings, which read the environment
    except (ImproperlyConfigured, ValueError) as problem:
        sys.exit(f"The settings cannot be used: {problem}")
    try:
        django.setup()
    except ImproperlyConfigured as problem:  # a database whose driver is not installed, say
        sys.exit(f"The settings cannot be used: {' '.join(str(problem).split())}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
