"""How the figures of item analysis are shown."""

from django import template

register = template.Library()
NONE = "–"


def _whole(share: float) -> str:
    return str(round(share * 100)).replace("-", "−")


@register.filter
def percent(value: float | None) -> str:
    """Give a share as whole per cents."""
    return NONE if value is None else f"{_whole(value)} %"


@register.filter
def between(interval: tuple[float, float] | None) -> str:
    """Give an interval of shares, in brackets."""
    if interval is None:
        return ""
    low, high = map(_whole, interval)
    return f"({low} to {high})"


@register.filter
def seconds(value: float | None) -> str:
    """Give a time: seconds, or minutes and seconds."""
    if value is None:
        return NONE
    whole = round(value)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60:02} s"
