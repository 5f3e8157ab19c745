"""New items, and the way to an item by its key alone."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from studyapp.content.cells import is_cell
from studyapp.schedules.models import Item
from studyapp.shortcuts import LearnerRequest
from studyapp.studio import drafts, editing
from studyapp.studio.drawing import starter
from studyapp.studio.fields import FORMS, NEW_SPECS, SPEC
from studyapp.studio.models import Document, Draft
from studyapp.studio.places import edit_url
from studyapp.studio.roles import instructors_only
from studyapp.studio.rows import KINDS
from studyapp.studio.views.opened import return_to, table_of

FIRST_FAMILY = "deployment.bounds"  # of a scenario that names none


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def new(request: LearnerRequest, kind: str) -> HttpResponse:
    """Begin a new item: its key, and where it belongs; on POST, a draft is made and opened."""
    if kind not in FORMS:
        raise Http404("There is no such kind of item.")
    sent = request.POST if request.method == "POST" else request.GET
    given = {name: sent.get(name, "").strip()[:64] for name in ("topic", "fact", "posed", "family")}
    key = sent.get("key", "").strip() or _next_key(kind, given["fact"])
    problem = ""
    if request.method == "POST":
        problem = _key_problem(kind, key)
        if not problem and drafts.own_draft(kind, key, request.user):  # begun before, or a second click
            return redirect(edit_url(kind, key, return_to(request)))
        if not problem:
            form = _begun(kind, key, given)
            drafts.save(kind, key, request.user, form, base=0, saves=0)
            return redirect(edit_url(kind, key, return_to(request)))
    course = editing.current_course()
    context = {
        "kind": kind, "key": key[:80], "given": given, "problem": problem, "back": return_to(request),
        "topics": course.topics, "facts": course.facts, "posed": FORMS["question"][0].choices,  # type: ignore[union-attr]
    }  # fmt: skip
    return render(request, "studio/new.html", context, status=400 if problem else 200)


def _next_key(kind: str, fact: str) -> str:
    """Suggest a key for a new item, where keys are numbered."""
    taken = set(Document.objects.filter(kind=kind).values_list("key", flat=True))
    taken |= set(Draft.objects.filter(kind=kind).values_list("key", flat=True))
    if kind == "fact":
        last = max((int(key[1:]) for key in taken if re.fullmatch(r"A[0-9]{3}", key)), default=0)
        return f"A{last + 1:03}"
    if kind == "card" and fact:
        return next((key for letter in "abcdefghijklmnopqrstuvwxyz" if (key := f"{fact}-{letter}") not in taken), "")
    return ""


def _key_problem(kind: str, key: str) -> str:
    """Say what is wrong with the key of a new item, or nothing."""
    pattern, like = {
        "fact": (r"[NA][0-9]{3}", "N or A and three digits, as in A101"),
        "card": (r"[NA][0-9]{3}-[a-z]", "the key of its fact, a hyphen and a letter, as in N030-c"),
        "misconception": (r"[a-z0-9]+([_-][a-z0-9]+)*", "small letters and digits with _ between, as in tag_is_fixed"),
    }.get(kind, (r"[a-z0-9]+(-[a-z0-9]+)*", "small letters and digits with hyphens between, as in rolling-update"))
    if len(key) > 64 or not re.fullmatch(pattern, key, re.ASCII):
        strange = next((each for each in key if not each.isascii() or not each.isprintable()), "")
        told = f" It holds U+{ord(strange):04X}, which only looks like a letter of ours." if strange else ""
        return f"must be {like}.{told}"
    if Document.objects.filter(kind=kind, key=key).exists():
        return f"is taken: there is a {kind} {key}. Open it instead, or choose another key."
    if KINDS[kind].is_item and Item.objects.filter(key=key).exists():
        return "is taken by a card or question: keys of both are one row of names."
    return ""


def _begun(kind: str, key: str, given: Mapping[str, str]) -> dict[str, str]:
    """Give the form that a new item begins with."""
    course = editing.current_course()
    orders = [each.order for each in editing.of(course, kind) if hasattr(each, "order") and _beside(each, given)]
    form = {"topic": given["topic"], "order": str(max(orders, default=-1) + 1)}
    if kind == "fact":
        form |= {"verdict": "holds", "checked": timezone.localdate().isoformat()}
        form |= {"covers": key} if key.startswith("N") else {}
    elif kind == "card":
        form |= {"kind": "basic", "fact": given["fact"]}
    elif kind == "question":
        posed = given["posed"] or ("scenario" if given["family"] else "choice")
        form |= {"kind": posed, "difficulty": "2", "domain": "operate", SPEC: NEW_SPECS.get(posed, "")}
        if posed == "scenario":
            form[SPEC] = starter(given["family"] or FIRST_FAMILY)
    elif kind == "topic":
        form["parent"] = form.pop("topic")
    elif kind == "table":
        form["columns"] = "One\nAnother"
    return form


def _beside(record: Any, given: Mapping[str, str]) -> bool:
    return given["topic"] in ("", getattr(record, "topic", ""))


@require_safe
@instructors_only
def go(request: LearnerRequest, key: str) -> HttpResponse:
    """Open the item with a key, whatever its kind; what an item of several kinds is called goes to the first."""
    if is_cell(key):
        return redirect(edit_url("table", table_of(key), return_to(request)))
    found = {each.kind for each in Document.objects.filter(key=key)}
    kind = next((kind for kind in ("fact", "card", "question", *KINDS) if kind in found), None)
    if kind is None:
        raise Http404(f"Nothing is called {key[:64]}.")
    return redirect(edit_url(kind, key, return_to(request)))


urlpatterns = [
    path("new/<str:kind>/", new, name="new"),
    path("go/<str:key>/", go, name="go"),
]
