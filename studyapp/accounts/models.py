"""Learners: guests bound to a browser, and people with a name and a password."""

import zoneinfo
from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from studyapp.memory.days import study_day
from studyapp.memory.preferences import Preferences


class User(AbstractUser):
    """A learner. A guest has no password and becomes a person by signing up: the row stays the same."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    is_guest = models.BooleanField(default=False)
    # The browser that made this guest, as a hash: two first answers sent at once make one guest.
    guest_mark = models.CharField(max_length=64, unique=True, null=True, editable=False)
    time_zone = models.CharField(max_length=64, default="", blank=True)
    preferences_json = models.JSONField(default=dict, db_column="preferences", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="one_name_whatever_its_case")]

    @cached_property
    def preferences(self) -> Preferences:
        """The options of the learner's daily session."""
        return Preferences.from_json(self.preferences_json)

    @cached_property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The learner's time zone; the site's where the learner has told none."""
        return zoneinfo.ZoneInfo(self.time_zone or settings.TIME_ZONE)

    def today(self, now: datetime) -> date:
        """The learner's study day at an instant."""
        return study_day(now, self.zone, self.preferences.day_starts_at)

    def get_display_name(self) -> str:
        """What the page header calls the learner."""
        return "Guest" if self.is_guest else self.username


class Session(AbstractBaseSession):
    """A signed-in browser, tied to its learner so that one query finds both."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from studyapp.accounts.sessions import SessionStore  # which needs this model

        return SessionStore
