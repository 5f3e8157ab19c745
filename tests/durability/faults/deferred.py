"""Fault: transactions that begin as readers and turn into writers, as Django's do unless told otherwise."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")

from django.conf import settings

settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"

from studyapp.wsgi import application  # noqa: E402, F401
