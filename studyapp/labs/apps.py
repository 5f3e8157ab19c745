"""The labs: simulators to play with."""

from django.apps import AppConfig


class LabsConfig(AppConfig):
    """Labs keep nothing: their state is in their addresses."""

    name = "studyapp.labs"
