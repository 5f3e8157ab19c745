"""An item that is open in the studio: what is taught, the editor's draft, and the form."""

import re
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from studyapp.content.cells import cell_keys
from studyapp.schedules.day import Desk
from studyapp.shortcuts import LearnerRequest
from studyapp.studio import drafts, editing
from studyapp.studio.drafts import own_draft
from studyapp.studio.editor import bind, drafted_cards, form_of_document, not_shown, read
from studyapp.studio.fields import Flaw, Form
from studyapp.studio.models import Document, Draft
from studyapp.studio.places import public_url
from studyapp.studio.preview import preview
from studyapp.studio.rows import KINDS

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def return_to(request: HttpRequest) -> str:
    """Give the place on this site to return to, nothing where none was said."""
    back = request.POST.get("return_to", request.GET.get("back", ""))[:500]
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if safe else ""


def number_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def table_of(key: str) -> str:
    """Give the table that a cell's card comes from."""
    for table in editing.current_course().tables:
        if any(key.startswith(cell) for row in cell_keys(table) for cell in row):
            return table.key
    raise Http404("There is no such cell.")


class Open:
    """An item that is open in the editor: what is taught, the editor's draft, and the form."""

    def __init__(self, request: LearnerRequest, kind: str, key: str) -> None:
        if kind not in KINDS or not _KEY.fullmatch(key):
            raise Http404("There is no such item.")
        self.request, self.kind, self.key = request, kind, key
        self.user = request.user
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
        base = number_of(self.request.POST.get("base", ""))
        if self.draft is None and self.document and base == self.head and self._says_the_same(sent):
            return
        self.keep(sent, base=base, saves=None if over else number_of(self.request.POST.get("saves", "")))

    def keep(self, form: Form, *, base: int, saves: int | None = None) -> None:
        """Save a form as the draft; without `saves` in place of what stands there. Raises OtherTab."""
        if saves is None:
            saves = self.draft.saves if self.draft else 0
        tab = self.request.POST.get("tab", "")[:16]
        self.draft = drafts.save(self.kind, self.key, self.user, form, base=base, saves=saves, tab=tab)

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
        parts = bind(self.kind, form, flaws)
        context: dict[str, Any] = {
            "kind": self.kind, "key": self.key, "document": self.document, "draft": self.draft, "base": self.base,
            "saves": self.draft.saves if self.draft else 0, "tab": get_random_string(8),
            "parts": parts, "kept": not_shown(form, parts), "flaws": flaws,
            "errors": [flaw for flaw in flaws if not flaw.warning],
            "preview": preview(self.kind, record, Desk.of(self.user, timezone.now())),
            "others": list(others.order_by("name")), "back": return_to(self.request),
            "stale": self.document is not None and self.draft is not None and self.draft.base != self.head,
            "public": public_url(self.kind, self.key) if self.document and not self.document.retired else "",
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
