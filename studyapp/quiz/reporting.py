"""Learners' reports: answered, closed, opened again. Several instructors may have the same one before them."""

from datetime import datetime

from django.db import transaction

from studyapp.accounts.models import User
from studyapp.quiz.models import Report

LONGEST_REPLY = 4_000  # characters
ACTS = ("reply", "close", "reopen")


class BadReply(ValueError):
    """A reply cannot be taken; the message says why, for the instructor."""


class Overtaken(Exception):
    """Somebody else did something with the report since it was shown; `report` is how it stands."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.name} was faster.")
        self.report = report


def tidy(text: str) -> str:
    """Give a text as it is kept: one kind of line break, nothing around it."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def settle(pk: int, changes: int, act: str, text: str, by: User, now: datetime) -> Report:
    """Answer a report, close it with or without an answer, or open it again.

    `changes` is the report's as it was shown; `text` is the answer, which takes the place of one before. What is so
    already is left as it is, whoever did it. Raises BadReply, Overtaken, Report.DoesNotExist.
    """
    if act not in ACTS:
        raise BadReply(f"A report is answered, closed or opened again; “{act[:40]}” is none of these.")
    text = tidy(text)
    if len(text) > LONGEST_REPLY:
        raise BadReply(f"The answer has {len(text):,} characters; at most {LONGEST_REPLY:,}.")
    if act == "reply" and not text:
        raise BadReply("The answer is empty: write a sentence, or close the report without one.")
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=pk)
        if act == "reopen":
            text = report.reply
        done = text == report.reply and (act == "reply" or (report.closed_at is not None) == (act == "close"))
        if done:
            return report
        if report.changes != changes:
            raise Overtaken(report)
        if text != report.reply:
            report.reply, report.replied_at = text, now if text else None
        if act != "reply":
            report.closed_at = (report.closed_at or now) if act == "close" else None
        report.by, report.name, report.changes = by, by.username, changes + 1
        report.save(update_fields=["reply", "replied_at", "closed_at", "by", "name", "changes"])
    return report
