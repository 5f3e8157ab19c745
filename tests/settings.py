"""Settings for the tests: the app's own, with a folder of their own.

Tests that start the real server do not use these: see `tests/running.py`.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before the app's settings are read, which look for the database and the secret key there.
os.environ["STOWAGE_VAR"] = tempfile.mkdtemp(prefix="stowage-tests-")
atexit.register(shutil.rmtree, os.environ["STOWAGE_VAR"], ignore_errors=True)
# Playwright keeps an event loop running in the thread of the tests, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from studyapp.settings import *  # noqa: E402, F403
from studyapp.settings import STATIC_ROOT, STORAGES  # noqa: E402

SECRET_KEY = "only-for-tests"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
