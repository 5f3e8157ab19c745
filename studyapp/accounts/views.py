"""Signing up, in and out; and taking everything home, or away."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyapp.accounts.forms import DeleteForm, LogInForm, SignUpForm
from studyapp.accounts.guests import BACKEND, join, known_zone
from studyapp.accounts.models import User
from studyapp.accounts.signals import learner_exported
from studyapp.shortcuts import LearnerRequest, error_page, private


def _next(request: HttpRequest) -> str:
    """Give the page that the person was on the way to; only one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else resolve_url("home:home")


def _is_person(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not request.user.is_guest


def _form_page(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    status = 400 if form.errors else 200
    return private(render(request, template, {"form": form, "next": _next(request), **more}, status=status))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Make a person; a guest becomes one and keeps all progress."""
    if _is_person(request):
        return redirect("accounts:account")
    if request.method != "POST":
        return _form_page(request, "accounts/signup.html", SignUpForm(user=User()))
    user = User.objects.get(pk=request.user.pk) if request.user.is_authenticated else User()
    form = SignUpForm(request.POST, user=user)
    if not form.is_valid():
        return _form_page(request, "accounts/signup.html", form)
    user.time_zone = user.time_zone or known_zone(form.cleaned_data["tz"])
    if not form.save():
        return _form_page(request, "accounts/signup.html", form)
    login(request, user, backend=BACKEND)
    messages.success(request, f"Welcome aboard, {user.username}. Your progress is kept under this name.")
    return redirect(_next(request))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Sign a person in; what a guest did on this browser joins the person's history."""
    if _is_person(request):
        return redirect(_next(request))
    if request.method != "POST":
        return _form_page(request, "accounts/login.html", LogInForm(request))
    form = LogInForm(request, data=request.POST)
    if not form.is_valid():
        return _form_page(request, "accounts/login.html", form)
    person = form.get_user()
    guest = User.objects.filter(pk=request.user.pk or 0, is_guest=True).first()
    if guest is not None and guest.pk != person.pk:
        join(guest, person)
        messages.success(request, "What you learned on this browser has joined your history.")
    login(request, person)
    return redirect(_next(request))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign a person out. A guest would lose everything by it, so a guest is told what to do instead."""
    if request.user.is_authenticated and not _is_person(request):
        return error_page(
            request, 409, "A guest cannot log out",
            "Your progress hangs on this browser alone: without a name nobody could find it again. "
            "Sign up to keep it, or delete it under Account.",
            action_url=reverse("accounts:signup"), action="Sign up",
        )  # fmt: skip
    logout(request)
    return redirect("home:home")


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What the site knows of the learner, and what can be done with it."""
    return private(render(request, "accounts/account.html"))


@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; other browsers are signed out by it."""
    if not _is_person(request):
        return redirect("accounts:signup")
    form = PasswordChangeForm(request.user, request.POST or None)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is changed. Other browsers must log in again.")
        return redirect("accounts:account")
    return _form_page(request, "accounts/password.html", form)


@login_required
@require_safe
def export(request: LearnerRequest) -> HttpResponse | StreamingHttpResponse:
    """Give everything that is the learner's as one JSON file."""
    user = User.objects.get(pk=request.user.pk)
    name = quote(user.get_display_name(), safe="")
    response = StreamingHttpResponse(_export(user), content_type="application/json")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''stowage-{name}.json"
    private(response)  # type: ignore[arg-type]
    return response


def _export(user: User) -> Iterator[str]:
    """Write the file piece by piece: a learner may have a million reviews."""
    person = {
        "name": None if user.is_guest else user.username,
        "email": user.email or None,
        "guest": user.is_guest,
        "since": user.date_joined.isoformat(),
        "time_zone": user.time_zone or None,
        "preferences": user.preferences_json,
    }
    head = {"format": "stowage learner 1", "exported_at": timezone.now().isoformat(), "learner": person}
    yield json.dumps(head, indent=1, ensure_ascii=False)[:-2]
    answers: list[tuple[Any, Any]] = learner_exported.send(sender=User, user=user)
    for _, parts in answers:
        for name, rows in parts:
            yield f",\n {json.dumps(name)}: ["
            for number, row in enumerate(rows):
                yield ("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False)
            yield "\n ]"
    yield "\n}\n"


@sensitive_post_parameters("proof")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: LearnerRequest) -> HttpResponse:
    """Delete the learner and everything that is theirs, after a proof that they mean it."""
    user = User.objects.get(pk=request.user.pk)
    form = DeleteForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user.reviews.all().delete()
            user.schedules.all().delete()
            user.delete()
        logout(request)
        messages.success(request, "Everything of yours is gone. Thank you for the time.")
        return redirect("home:home")
    return _form_page(request, "accounts/delete.html", form)


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: object, **kwargs: object
) -> HttpResponse:
    """Answer somebody who tried too many passwords."""
    return error_page(
        request, 429, "Too many wrong passwords",
        "Log-in with this name from this address is closed for fifteen minutes. Other people are not affected.",
        action_url=reverse("home:home"), action="Back to the quay",
    )  # fmt: skip
