"""Where an item is edited, and where learners meet it."""

from django.urls import reverse
from django.utils.http import urlencode


def edit_url(kind: str, key: str, back: str = "") -> str:
    """Give the address of an item's editor, which leads `back` to a place on this site."""
    address = reverse("studio:edit", args=[kind, key])
    return f"{address}?{urlencode({'back': back})}" if back else address


def public_url(kind: str, key: str) -> str:
    """Give the address at which learners see an item that is taught; nothing for what has none."""
    if kind == "card":
        return f"{reverse('notes:fact', args=[key.rpartition('-')[0] or key])}#{key}"
    if kind in ("term", "pair"):
        return f"{reverse('notes:glossary' if kind == 'term' else 'review:pairs')}#{key}"
    routes = {"topic": "notes:topic", "fact": "notes:fact", "table": "review:table", "diagram": "notes:diagram"}
    return reverse(routes[kind], args=[key]) if kind in routes else ""
