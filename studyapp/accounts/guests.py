"""Guests: learners without a name, bound to a browser."""

import zoneinfo
from datetime import timedelta

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from studyapp.accounts.models import User
from studyapp.accounts.signals import guest_joined

BACKEND = "studyapp.accounts.backends.LearnerBackend"
# How long a second request of the same browser, sent before it had its session, finds the same guest.
SAME_BROWSER = timedelta(minutes=10)


def known_zone(name: str | None) -> str:
    """Give the time zone's name if there is such a zone, else an empty string."""
    return name if name and name in zoneinfo.available_timezones() else ""


def known_learner(request: HttpRequest) -> User | None:
    """Give the request's learner, None for a browser without one."""
    return request.user if request.user.is_authenticated else None


def learner_of(request: HttpRequest, time_zone: str | None = None) -> User:
    """Give the request's learner; a browser without one gets a guest and a session.

    The guest is marked with the browser's CSRF secret: a double click on the very first card sends two
    requests without a session, and both must find the same guest.
    """
    user = request.user
    if user.is_authenticated:
        return user
    secret = request.META.get("CSRF_COOKIE")
    mark = salted_hmac("stowage.guest", secret, algorithm="sha256").hexdigest() if secret else None
    guest = _guest(mark, known_zone(time_zone))
    login(request, guest, backend=BACKEND)
    # Logging in draws a new CSRF secret; the browser's other tabs were opened with the old one, and
    # nobody was ever signed in with it, so it stays.
    if secret:
        request.META["CSRF_COOKIE"] = secret
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
    return guest


def _guest(mark: str | None, time_zone: str) -> User:
    if mark:
        guest, created = User.objects.get_or_create(
            guest_mark=mark, defaults={"username": f"guest-{mark[:20]}", "is_guest": True, "time_zone": time_zone}
        )
        if created or (guest.is_guest and timezone.now() - guest.date_joined < SAME_BROWSER):
            return guest
    guest = User(username=f"guest-{get_random_string(20)}")
    guest.is_guest, guest.time_zone = True, time_zone
    guest.save(force_insert=True)
    return guest


def join(guest: User, person: User) -> None:
    """Make one learner of a guest and the person who signed in on the guest's browser."""
    with transaction.atomic():
        guest_joined.send(sender=User, guest=guest, person=person)
        guest.delete()
