"""Drafts: what an instructor types is kept as it was typed, a draft for each editor of an item."""

import re
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from studyapp.accounts.models import User
from studyapp.studio.models import Draft

LARGEST = 2_000_000  # characters of all fields together
MOST_FIELDS = 900
_NAME = re.compile(r"[a-z_]{1,20}(\.[0-9]{1,3}\.[a-z]{1,20}(\.[0-9]{1,3}\.[a-z]{1,10})?)?")

_CONTROLS = {"csrfmiddlewaretoken", "op", "saves", "base", "return_to", "change_note", "seed", "tab"}


class OtherTab(Exception):
    """The draft was saved from elsewhere since this form was opened; `draft` is what stands there."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("saved from elsewhere")
        self.draft = draft


class TooLarge(Exception):
    """More was typed than a draft holds."""


def typed(sent: Mapping[str, str]) -> dict[str, str]:
    """Give what was typed among everything that a form sent."""
    return {name: text.replace("\0", "") for name, text in sent.items() if name not in _CONTROLS}


def fields_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Give the fields of an item's form among everything that was sent. Raises TooLarge."""
    found = {name: text for name, text in typed(sent).items() if _NAME.fullmatch(name)}
    if len(found) > MOST_FIELDS or sum(map(len, found.values())) > LARGEST:
        raise TooLarge
    return found


def own_draft(kind: str, key: str, editor: User) -> Draft | None:
    """Give an editor's draft of an item."""
    return Draft.objects.filter(kind=kind, key=key, editor=editor).first()


def save(
    kind: str, key: str, editor: User, fields: Mapping[str, str], *, base: int, saves: int, tab: str = ""
) -> Draft:
    """Save what was typed as the editor's draft.

    `base` is the number of the version that it was begun from; `saves` how often the draft had been saved when the
    form was opened, 0 for none; `tab` names the window. The same fields again change nothing. Raises OtherTab.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(kind=kind, key=key, editor=editor).first()
        now = timezone.now()
        if draft is None:
            return Draft.objects.create(
                kind=kind, key=key, editor=editor, name=editor.username, fields=dict(fields), base=base, saved_at=now,
                tab=tab,
            )  # fmt: skip
        if draft.fields == dict(fields) and draft.base == base:
            return draft
        if draft.saves != saves and not (tab and draft.tab == tab):
            raise OtherTab(draft)
        draft.fields, draft.base, draft.saved_at, draft.tab = dict(fields), base, now, tab
        draft.saves += 1
        draft.save(update_fields=["fields", "base", "saves", "saved_at", "tab"])
        return draft


def discard(kind: str, key: str, editor: User) -> None:
    """Throw an editor's draft away."""
    Draft.objects.filter(kind=kind, key=key, editor=editor).delete()
