"""Editing one item: draft, preview, problems, publish."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyapp.content.cells import is_cell
from studyapp.quiz.models import Question
from studyapp.quiz.remarking import can_be_marked, prospect
from studyapp.schedules.day import Desk
from studyapp.shortcuts import LearnerRequest
from studyapp.studio import drafts, editing
from studyapp.studio.drafts import OtherTab, TooLarge
from studyapp.studio.editor import changed_rows, drafted_cards, form_of_document, merged, read
from studyapp.studio.fields import form_of
from studyapp.studio.models import Draft
from studyapp.studio.places import edit_url
from studyapp.studio.preview import preview
from studyapp.studio.roles import instructors_only
from studyapp.studio.rows import Name
from studyapp.studio.views.opened import Open, return_to, table_of


def _too_large(request: LearnerRequest, opened: Open) -> HttpResponse:
    sent = list(drafts.typed(request.POST.dict()).items())[:200]
    context = {"opened": opened, "sent": sent, "most": drafts.LARGEST}
    return render(request, "studio/too_large.html", context, status=413)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def edit(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """The editor of an item; on POST, what its buttons do."""
    if kind == "card" and is_cell(key):
        return redirect(edit_url("table", table_of(key), return_to(request)))
    opened = Open(request, kind, key)
    if request.method == "POST":
        return _act(request, opened)
    return _page(request, opened)


def _page(request: LearnerRequest, opened: Open, *, status: int = 200, other: Draft | None = None) -> HttpResponse:
    """Show the editor; after an attempt to publish, with what stands in the way."""
    record, flaws = opened.read()
    context = opened.context(record, flaws) | {"other": other}
    if "tried" in request.GET and opened.draft:
        if context["errors"]:
            context["message"] = "Not published: mend what is marked first. The draft is saved."
        elif not context["stale"]:
            try:
                editing.check(_bundle(opened, record)[0])
            except editing.Refused as refused:
                context |= {"message": f"{refused.message} The draft is saved.", "problems": refused.problems}
    return render(request, "studio/edit.html", context, status=status)


def _act(request: LearnerRequest, opened: Open) -> HttpResponse:
    op = request.POST.get("op", "save")
    here = edit_url(opened.kind, opened.key, return_to(request))
    if op == "discard":
        drafts.discard(opened.kind, opened.key, opened.user)
        messages.info(request, "The draft was thrown away.")
        return redirect(here if opened.document else reverse("studio:items"))
    try:
        opened.save(over=op == "overwrite")
    except OtherTab as elsewhere:
        return _other_tab(request, opened, elsewhere.draft)
    except TooLarge:
        return _too_large(request, opened)
    if op == "publish":
        return _publish(request, opened)
    if op == "merge":
        return _merge(request, opened)
    if op.startswith(("add ", "drop ", "up ")):
        opened.keep(changed_rows(opened.form(), op), base=opened.base)
        return redirect(f"{here}#f-{op.split(' ')[1][:20]}")
    if opened.draft is None:
        messages.info(request, "Nothing differs from what is taught.")
    else:
        messages.success(request, "The draft is saved. Learners see it once it is published.")
    return redirect(here)


def _other_tab(request: LearnerRequest, opened: Open, draft: Draft) -> HttpResponse:
    """Say that the draft was changed from elsewhere, and keep what was sent in the form."""
    opened.draft = Draft(
        kind=opened.kind, key=opened.key, editor=opened.user, fields=drafts.fields_of(request.POST.dict()),
        base=draft.base, saves=draft.saves, saved_at=draft.saved_at,
    )  # fmt: skip
    return _page(request, opened, status=409, other=draft)


def _bundle(opened: Open, record: Any) -> tuple[dict[Name, Any], dict[Name, int]]:
    """Give what is published with a draft, a fact's with those of its cards, and the versions that it builds on."""
    changes, bases = {(opened.kind, opened.key): record}, {(opened.kind, opened.key): opened.base}
    if opened.kind == "fact":
        for draft in drafted_cards(opened.key, opened.user):
            card, _ = read("card", draft.key, draft.fields, {opened.key: record.topic})
            if card is not None:
                changes["card", draft.key], bases["card", draft.key] = card, draft.base
    return changes, bases


def _publish(request: LearnerRequest, opened: Open) -> HttpResponse:
    """Publish the draft and go back to where the editor came from; or say in the editor why that cannot be."""
    back = return_to(request)
    if opened.draft is None:
        messages.info(request, "Nothing differs from what is taught.")
        return redirect(back or edit_url(opened.kind, opened.key))
    query = urlencode({"tried": 1} | ({"back": back} if back else {}))
    tried = f"{reverse('studio:edit', args=[opened.kind, opened.key])}?{query}"
    record, flaws = opened.read()
    if record is None or any(not flaw.warning for flaw in flaws):
        return redirect(tried)
    changes, bases = _bundle(opened, record)
    try:
        editing.publish(changes, opened.user, bases=bases, reason=request.POST.get("change_note", "")[:100])
    except (editing.Stale, editing.Refused):
        return redirect(tried)
    many = len(changes) - 1
    messages.success(request, f"Published: {opened.key}" + (f" and {many} card{'s' * (many > 1)}." if many else "."))
    if opened.kind == "question":
        _tell_of_marks(request, opened.key)
    return redirect(back or edit_url(opened.kind, opened.key))


def _tell_of_marks(request: LearnerRequest, key: str) -> None:
    """Say how many answers would be marked otherwise by what was just published."""
    question = Question.objects.select_related("item").get(item__key=key)
    changed = len(prospect(question).changes) if can_be_marked(question) else 0
    if changed:
        told = "1 answer" if changed == 1 else f"{changed} answers"
        address = reverse("studio:marks", args=[key])
        link = '<a href="{}">{} given before would be marked otherwise now</a>: look at it.'
        messages.warning(request, format_html(link, address, told))


def _merge(request: LearnerRequest, opened: Open) -> HttpResponse:
    """Bring into the draft what another editor published since it was begun."""
    if opened.draft and opened.document and opened.draft.base != opened.head:
        begun = opened.document.history.filter(number=opened.draft.base).first()
        before = form_of(opened.kind, begun.record) if begun else {}
        form, both = merged(opened.draft.fields, before, form_of_document(opened.document))
        opened.keep(form, base=opened.head)
        told = f" Both changed {', '.join(both)}: yours stands there, look at it." if both else ""
        messages.warning(request, f"Your draft now builds on version {opened.head}.{told}")
    return redirect(edit_url(opened.kind, opened.key, return_to(request)))


@require_POST
@instructors_only
def autosave(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """Save what is typed, and give what goes with it: preview, problems, where the draft stands."""
    opened = Open(request, kind, key)
    try:
        opened.save()
    except OtherTab as elsewhere:
        context = {"other": elsewhere.draft, "kind": kind, "key": key}
        return render(request, "studio/edit.html#elsewhere", context, status=409)
    except TooLarge:
        return render(request, "studio/edit.html#large", {"most": drafts.LARGEST}, status=413)
    record, flaws = opened.read()
    return render(request, "studio/edit.html#side", opened.context(record, flaws))


@require_safe
@instructors_only
def as_learner(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """The draft as learners would see it, without the studio around it."""
    opened = Open(request, kind, key)
    record, _ = opened.read()
    shown = preview(kind, record, Desk.of(opened.user, timezone.now()))
    return render(request, "studio/learner.html", {"kind": kind, "key": key, "preview": shown, "draft": opened.draft})


urlpatterns = [
    path("<str:kind>/<str:key>/", edit, name="edit"),
    path("<str:kind>/<str:key>/draft/", autosave, name="autosave"),
    path("<str:kind>/<str:key>/preview/", as_learner, name="as_learner"),
]
