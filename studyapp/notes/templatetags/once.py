"""`{% once %}…{% endonce %}`: what is the same on every page and for everybody, rendered once in a process."""

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()


class OnceNode(Node):
    """Keeps what its content came to when it was first asked for; that may look at nothing of the request."""

    def __init__(self, content: NodeList) -> None:
        self.content = content
        self.kept: SafeString | None = None

    def render(self, context: Context) -> SafeString:
        """Give the kept text."""
        if self.kept is None:
            self.kept = self.content.render(context)
        return self.kept


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """Addresses and names of static files are half of what the shell of a page costs, and never change."""
    content = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(content)
