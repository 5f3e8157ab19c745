"""How the key of a card is shown."""

from django import template

from studyapp.content.cells import is_cell

register = template.Library()


@register.filter
def card_code(key: str) -> str:
    """Give what a card is called on a page: its key, or `table` for a cell of one, whose key is long."""
    return "table" if is_cell(key) else key
