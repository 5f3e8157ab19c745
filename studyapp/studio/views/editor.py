"""Editing one item: draft, preview, problems, publish; versions; retiring."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studyapp.accounts.models import User
from studyapp.content.cells import cell_keys, is_cell
from studyapp.quiz.models import Question
from studyapp.quiz.remarking import can_be_marked, prospect
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Item
from studyapp.studio import drafts, editing
from studyapp.studio.differing import differences
from studyapp.studio.drafts import OtherTab, TooLarge, own_draft
from studyapp.studio.drawing import starter
from studyapp.studio.editor import bind, changed_rows, drafted_cards, form_of_document, merged, read
from studyapp.studio.fields import FORMS, NEW_SPECS, SPEC, Flaw, Form, form_of
from studyapp.studio.models import Document, Draft
from studyapp.studio.preview import preview
from studyapp.studio.roles import instructors_only
from studyapp.studio.rows import KINDS

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FIRST_FAMILY = "deployment.bounds"  # of a scenario that names none
PUBLIC = {
    "topic": "/topics/{key}/", "fact": "/facts/{key}/", "table": "/compare/{key}/", "term": "/glossary/#{key}",
    "card": "/facts/{fact}/#{key}",
}  # fmt: skip


def _user(request: HttpRequest) -> User:
    assert request.user.is_authenticated
    return request.user


def _back(request: HttpRequest) -> str:
    """Give the place on this site to return to, nothing where none was said."""
    back = request.POST.get("return_to", request.GET.get("back", ""))[:500]
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if safe else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def edit_url(kind: str, key: str, back: str = "") -> str:
    """Give the address of an item's editor."""
    address = reverse("studio:edit", args=[kind, key])
    return f"{address}?{urlencode({'back': back})}" if back else address


def public_url(document: Document) -> str:
    """Give where learners meet an item, nothing where it has no page of its own."""
    if document.retired:
        return ""
    return PUBLIC.get(document.kind, "").format(key=document.key, fact=document.record.get("fact", ""))


class _Open:
    """An item that is open in the editor: what is taught, the editor's draft, and the form."""

    def __init__(self, request: HttpRequest, kind: str, key: str) -> None:
        if kind not in KINDS or not _KEY.fullmatch(key):
            raise Http404("There is no such item.")
        self.request, self.kind, self.key = request, kind, key
        self.user = _user(request)
        self.document = Document.objects.filter(kind=kind, key=key).first()
        self.draft = own_draft(kind, key, self.user)
        if self.document is None and self.draft is None:
            raise Http404(f"There is no {kind} {key}.")

    @property
    def head(self) -> int:
        return self.document.number if self.document else 0

    @property
    def base(self) -> int:
        return self.draft.base if self.draft else self.head

    def form(self) -> dict[str, str]:
        if self.draft:
            return dict(self.draft.fields)
        assert self.document
        return form_of_document(self.document)

    def save(self, *, over: bool = False) -> None:
        """Save what was sent as the draft. Raises OtherTab, TooLarge."""
        sent = drafts.fields_of(self.request.POST.dict())
        if not sent:
            return
        base = _number(self.request.POST.get("base", ""))
        if self.draft is None and self.document and base == self.head and self._says_the_same(sent):
            return
        saves = self.draft.saves if over and self.draft else _number(self.request.POST.get("saves", ""))
        tab = self.request.POST.get("tab", "")[:16]
        self.draft = drafts.save(self.kind, self.key, self.user, sent, base=base, saves=saves, tab=tab)

    def _says_the_same(self, sent: Form) -> bool:
        assert self.document
        taught = form_of_document(self.document)
        same = {name: text.replace("\r\n", "\n").strip() for name, text in sent.items() if text.strip()}
        return same == {name: text.strip() for name, text in taught.items() if text.strip()}

    def read(self) -> tuple[Any, list[Flaw]]:
        """Give the form's record and flaws; a fact's own new cards are looked at with it, and a card's new fact."""
        form = self.form()
        more = {}
        if self.kind == "card":
            fact = own_draft("fact", form.get("fact", "").strip()[:64], self.user)
            more = {fact.key: fact.fields.get("topic", "")} if fact else {}
        record, flaws = read(self.kind, self.key, form, more)
        if more and record is not None:
            flaws = [flaw for flaw in flaws if flaw.field != "fact"]
        if self.kind == "fact" and (cards := drafted_cards(self.key, self.user)):
            flaws = [flaw for flaw in flaws if flaw.field != "key" or len(cards) < 2]
        return record, flaws

    def context(self, record: Any, flaws: list[Flaw]) -> dict[str, Any]:
        """Give what the editor's page shows."""
        form = self.form()
        others = Draft.objects.filter(kind=self.kind, key=self.key).exclude(editor=self.user)
        context: dict[str, Any] = {
            "kind": self.kind, "key": self.key, "document": self.document, "draft": self.draft, "base": self.base,
            "saves": self.draft.saves if self.draft else 0, "tab": get_random_string(8), "form": form,
            "parts": bind(self.kind, form, flaws), "flaws": flaws, "record": record,
            "errors": [flaw for flaw in flaws if not flaw.warning],
            "preview": preview(self.kind, record, Desk.of(self.user, timezone.now())),
            "others": list(others.order_by("name")), "back": _back(self.request),
            "stale": self.document is not None and self.draft is not None and self.draft.base != self.head,
            "public": public_url(self.document) if self.document else "",
            "title": self.document.title if self.document else "",
            "facts": editing.of(editing.current_course(), "fact"),
            "misconceptions": editing.of(editing.current_course(), "misconception"),
        }  # fmt: skip
        if self.kind == "fact":
            taught = [each for each in editing.of(editing.current_course(), "card") if each.fact == self.key]
            drafted = {draft.key: draft for draft in drafted_cards(self.key, self.user)}
            context["cards"] = [(each.key, each.front, each.key in drafted) for each in taught]
            known = {each.key for each in taught}
            new = [draft for key, draft in drafted.items() if key not in known]
            context["cards"] += [(draft.key, draft.fields.get("front", ""), True) for draft in new]
        return context


def _too_large(request: HttpRequest, opened: _Open) -> HttpResponse:
    sent = [(name, text) for name, text in request.POST.items() if name not in ("csrfmiddlewaretoken", "op")]
    context = {"opened": opened, "sent": sent[:200], "most": drafts.LARGEST}
    return render(request, "studio/too_large.html", context, status=413)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The editor of an item; on POST, what its buttons do."""
    if kind == "card" and is_cell(key):
        return redirect(edit_url("table", _table_of(key), _back(request)))
    opened = _Open(request, kind, key)
    if request.method == "POST":
        return _act(request, opened)
    return _page(request, opened)


def _page(request: HttpRequest, opened: _Open, *, status: int = 200, other: Draft | None = None) -> HttpResponse:
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


def _act(request: HttpRequest, opened: _Open) -> HttpResponse:
    op = request.POST.get("op", "save")
    here = edit_url(opened.kind, opened.key, _back(request))
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
        changed = changed_rows(opened.form(), op)
        drafts.save(
            opened.kind, opened.key, opened.user, changed, base=opened.base,
            saves=opened.draft.saves if opened.draft else 0, tab=request.POST.get("tab", "")[:16],
        )  # fmt: skip
        return redirect(f"{here}#f-{op.split(' ')[1][:20]}")
    if opened.draft is None:
        messages.info(request, "Nothing differs from what is taught.")
    else:
        messages.success(request, "The draft is saved. Learners see it once it is published.")
    return redirect(here)


def _other_tab(request: HttpRequest, opened: _Open, draft: Draft) -> HttpResponse:
    """Say that the draft was changed from elsewhere, and keep what was sent in the form."""
    opened.draft = Draft(
        kind=opened.kind, key=opened.key, editor=opened.user, fields=drafts.fields_of(request.POST.dict()),
        base=draft.base, saves=draft.saves, saved_at=draft.saved_at,
    )  # fmt: skip
    return _page(request, opened, status=409, other=draft)


def _bundle(opened: _Open, record: Any) -> tuple[dict[editing.Name, Any], dict[editing.Name, int]]:
    """Give what is published with a draft, a fact's with those of its cards, and the versions that it builds on."""
    changes, bases = {(opened.kind, opened.key): record}, {(opened.kind, opened.key): opened.base}
    if opened.kind == "fact":
        for draft in drafted_cards(opened.key, opened.user):
            card, _ = read("card", draft.key, draft.fields, {opened.key: record.topic})
            if card is not None:
                changes["card", draft.key], bases["card", draft.key] = card, draft.base
    return changes, bases


def _publish(request: HttpRequest, opened: _Open) -> HttpResponse:
    """Publish the draft and go back to where the editor came from; or say in the editor why that cannot be."""
    back = _back(request)
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


def _tell_of_marks(request: HttpRequest, key: str) -> None:
    """Say how many answers would be marked otherwise by what was just published."""
    question = Question.objects.select_related("item").get(item__key=key)
    changed = len(prospect(question).changes) if can_be_marked(question) else 0
    if changed:
        told = "1 answer" if changed == 1 else f"{changed} answers"
        address = reverse("studio:marks", args=[key])
        link = '<a href="{}">{} given before would be marked otherwise now</a>: look at it.'
        messages.warning(request, format_html(link, address, told))


def _merge(request: HttpRequest, opened: _Open) -> HttpResponse:
    """Bring into the draft what another editor published since it was begun."""
    if opened.draft and opened.document and opened.draft.base != opened.head:
        begun = opened.document.history.filter(number=opened.draft.base).first()
        before = form_of(opened.kind, begun.record) if begun else {}
        form, both = merged(opened.draft.fields, before, form_of_document(opened.document))
        drafts.save(
            opened.kind, opened.key, opened.user, form, base=opened.head, saves=opened.draft.saves,
            tab=request.POST.get("tab", "")[:16],
        )  # fmt: skip
        told = f" Both changed {', '.join(both)}: yours stands there, look at it." if both else ""
        messages.warning(request, f"Your draft now builds on version {opened.head}.{told}")
    return redirect(edit_url(opened.kind, opened.key, _back(request)))


@require_POST
@instructors_only
def autosave(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Save what is typed, and give what goes with it: preview, problems, where the draft stands."""
    opened = _Open(request, kind, key)
    try:
        opened.save()
    except OtherTab as elsewhere:
        context = {"other": elsewhere.draft, "kind": kind, "key": key}
        return render(request, "studio/edit.html#elsewhere", context, status=409)
    except TooLarge:
        return render(request, "studio/edit.html#large", {"most": drafts.LARGEST}, status=413)
    record, flaws = opened.read()
    return render(request, "studio/edit.html#side", opened.context(record, flaws) | {"auto": True})


@require_safe
@instructors_only
def as_learner(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The draft as learners would see it, without the studio around it."""
    opened = _Open(request, kind, key)
    record, _ = opened.read()
    shown = preview(kind, record, Desk.of(opened.user, timezone.now()))
    return render(request, "studio/learner.html", {"kind": kind, "key": key, "preview": shown, "draft": opened.draft})


# Versions -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Every version of an item, two of them side by side; on POST, one is taken into the draft."""
    opened = _Open(request, kind, key)
    versions = list(opened.document.history.all()) if opened.document else []
    by_number = {each.number: each for each in versions}
    if request.method == "POST":
        wanted = by_number.get(_number(request.POST.get("version", "")))
        if wanted is None:
            raise Http404("There is no such version.")
        form = form_of(kind, wanted.record)
        saves = opened.draft.saves if opened.draft else 0
        drafts.save(kind, key, opened.user, form, base=opened.head, saves=saves)
        messages.success(request, f"Version {wanted.number} is in your draft. Publish it to teach it again.")
        return redirect(edit_url(kind, key, _back(request)))
    newest = versions[0].number if versions else 0
    one = by_number.get(_number(request.GET.get("a", "")), by_number.get(max(1, newest - 1)))
    other = by_number.get(_number(request.GET.get("b", "")), by_number.get(newest))
    found = differences(one.record, other.record) if one and other else []
    context = {
        "kind": kind, "key": key, "document": opened.document, "versions": versions, "one": one, "other": other,
        "differences": found, "draft": opened.draft,
    }  # fmt: skip
    return render(request, "studio/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def retire(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What retiring an item would touch; on POST, it is retired, or brought back."""
    opened = _Open(request, kind, key)
    if opened.document is None:
        raise Http404("It was never published: throw the draft away instead.")
    context: dict[str, Any] = {"kind": kind, "key": key, "document": opened.document}
    status = 200
    if request.method == "POST":
        bring = request.POST.get("op") == "bring back"
        try:
            if opened.document.retired == bring:
                (editing.bring_back if bring else editing.retire)([(kind, key)], opened.user)
        except editing.Refused as refused:
            context |= {"problems": refused.problems, "message": refused.message.replace("published", "changed")}
            status = 400
        else:
            told = "is taught again." if bring else "is retired; learners keep their history."
            messages.success(request, f"{key} {told}")
            return redirect(edit_url(kind, key))
    if not opened.document.retired:
        context["affected"] = editing.affected([(kind, key)])
    return render(request, "studio/retire.html", context, status=status)


# New items, and the way to an item by its key alone ---------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a new item: its key, and where it belongs; on POST, a draft is made and opened."""
    if kind not in FORMS:
        raise Http404("There is no such kind of item.")
    sent = request.POST if request.method == "POST" else request.GET
    given = {name: sent.get(name, "").strip()[:64] for name in ("topic", "fact", "posed", "family")}
    key = sent.get("key", "").strip() or _next_key(kind, given["fact"])
    problem = ""
    if request.method == "POST":
        problem = _key_problem(kind, key)
        if not problem:
            form = _begun(kind, key, given)
            drafts.save(kind, key, _user(request), form, base=0, saves=0)
            return redirect(edit_url(kind, key, _back(request)))
    course = editing.current_course()
    context = {
        "kind": kind, "key": key[:80], "given": given, "problem": problem, "back": _back(request),
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


def _table_of(key: str) -> str:
    """Give the table that a cell's card comes from."""
    for table in editing.current_course().tables:
        if any(key.startswith(cell) for row in cell_keys(table) for cell in row):
            return table.key
    raise Http404("There is no such cell.")


@require_safe
@instructors_only
def go(request: HttpRequest, key: str) -> HttpResponse:
    """Open the item with a key, whatever its kind; what an item of several kinds is called goes to the first."""
    if is_cell(key):
        return redirect(edit_url("table", _table_of(key), _back(request)))
    found = {each.kind for each in Document.objects.filter(key=key)}
    kind = next((kind for kind in ("fact", "card", "question", *KINDS) if kind in found), None)
    if kind is None:
        raise Http404(f"Nothing is called {key[:64]}.")
    return redirect(edit_url(kind, key, _back(request)))


urlpatterns = [
    path("new/<str:kind>/", new, name="new"),
    path("go/<str:key>/", go, name="go"),
    path("<str:kind>/<str:key>/", edit, name="edit"),
    path("<str:kind>/<str:key>/draft/", autosave, name="autosave"),
    path("<str:kind>/<str:key>/preview/", as_learner, name="as_learner"),
    path("<str:kind>/<str:key>/history/", history, name="history"),
    path("<str:kind>/<str:key>/retire/", retire, name="retire"),
]
