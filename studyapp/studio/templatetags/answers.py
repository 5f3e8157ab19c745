"""How the figures of item analysis are shown."""

from django import template

register = template.Library()
NONE = "–"


@register.filter
def percent(value: float | None) -> str:
    """Give a share as whole per cents."""
    return NONE if value is None else f"{round(value * 100) or 0} %"


@register.filter
def between(interval: tuple[float, float] | None) -> str:
    """Give an interval of shares, in brackets."""
    if interval is None:
        return ""
    low, high = (round(value * 100) for value in interval)
    return f"({low} to {high})"


@register.filter
def seconds(value: float | None) -> str:
    """Give a time: seconds, or minutes and seconds."""
    if value is None:
        return NONE
    whole = round(value)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60:02} s"
