"""Who may open the studio: the group of instructors, and the guard before every page of theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studyapp.accounts.models import User
from studyapp.shortcuts import private, wants_partial
from studyapp.studio.drafts import typed

GROUP = "Instructors"
PERMISSION = "studio.teach"
# What the group may do in the admin: look at everything, and change what no page of the studio does.
LOOKS_AT = ("studio", "quiz", "notes", "review", "schedules", "axes")
LONGEST_TEXT = 200_000  # characters of what is given back to somebody who may not save it


def make_instructor(person: User) -> None:
    """Let a person teach."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    looks = Permission.objects.filter(content_type__app_label__in=LOOKS_AT, codename__startswith="view_")
    teaches = Permission.objects.filter(content_type__app_label="studio", codename="teach")
    group.permissions.set([*looks, *teaches])
    person.groups.add(group)
    person.is_staff = True
    person.save(update_fields=["is_staff"])


def remove_instructor(person: User) -> None:
    """Let a person teach no more; what they wrote stays."""
    person.groups.remove(*Group.objects.filter(name=GROUP))
    person.is_staff = person.is_superuser
    person.save(update_fields=["is_staff"])


def may_teach(request: HttpRequest) -> bool:
    """Tell whether the request comes from an instructor. No query for learners."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff and user.has_perm(PERMISSION))


def instructors_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only instructors reach a view. Somebody else's text is given back, so that nothing typed is lost."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may_teach(request):
            return private(view(request, *args, **kwargs))
        sent = []
        if request.method == "POST":
            sent = [(name, text[:LONGEST_TEXT]) for name, text in typed(request.POST.dict()).items() if text]
        template = "studio/refused.html#short" if wants_partial(request) else "studio/refused.html"
        return private(render(request, template, {"sent": sent}, status=403))

    return guarded
