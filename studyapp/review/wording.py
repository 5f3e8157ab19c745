"""Intervals in words."""

from datetime import timedelta

from studyapp.memory.fsrs6 import Outcome


def short_interval(wait: timedelta | None, days: int) -> str:
    """Give an interval as it stands on a rating button: `10m`, `1.5h`, `4d`, `2.6mo`, `1.2y`."""
    if wait is not None:
        minutes = wait.total_seconds() / 60
        if minutes < 60:
            return f"{max(1, round(minutes))}m"
        return f"{_trim(minutes / 60)}h" if minutes < 1440 else f"{_trim(minutes / 1440)}d"
    if days < 31:
        return f"{days}d"
    return f"{_trim(days / 30.44)}mo" if days < 365 else f"{_trim(days / 365.25)}y"


def long_interval(wait: timedelta | None, days: int) -> str:
    """Give the same for a screen reader: `10 minutes`, `4 days`."""
    number, unit = _split(short_interval(wait, days))
    word = {"m": "minute", "h": "hour", "d": "day", "mo": "month", "y": "year"}[unit]
    return f"{number} {word}" if number == "1" else f"{number} {word}s"


def of_outcome(outcome: Outcome, days: int) -> tuple[str, str]:
    """Give both for what a rating would do."""
    return short_interval(outcome.wait, days), long_interval(outcome.wait, days)


def _trim(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _split(short: str) -> tuple[str, str]:
    digits = short.rstrip("abcdefghijklmnopqrstuvwxyz")
    return digits, short[len(digits) :]
