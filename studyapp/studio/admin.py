"""The admin: every row to be looked at. What is taught is changed in the studio alone, which checks it."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from simple_history.admin import SimpleHistoryAdmin

from studyapp.accounts.models import User
from studyapp.notes.models import ComparisonTable, Diagram, Fact, Misconception, Pair, Term, Topic
from studyapp.quiz.models import Attempt, Question, Quiz, Remark, Report
from studyapp.review.models import Card
from studyapp.schedules.models import Review, Schedule
from studyapp.studio.differing import differences
from studyapp.studio.models import Conflict, Document, Draft
from studyapp.studio.places import edit_url
from studyapp.studio.roles import make_instructor, remove_instructor
from studyapp.studio.rows import KINDS
from studyapp.studio.site import site

_ModelAdmin: Any = admin.ModelAdmin  # the stubs of whose attributes refuse what Django takes
LONGEST_SEARCH = 100  # characters
HIDDEN = ("password", "guest_mark")  # fields that no page shows, beside what is derived
LARGEST_ID = 2**63 - 1
_TESTS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt")  # that filters put behind a field's name


class Looked(_ModelAdmin):  # type: ignore[misc]
    """Rows to look at."""

    actions: list[str] | None = None
    list_display: list[str] = []
    list_filter: list[str] = []
    list_select_related: list[str] = []
    search_fields: list[str] = []
    ordering: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    object_history_template = "studio/admin_log.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes rows here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes rows here."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Give every column but secrets and what is derived."""
        return [
            each.name
            for each in self.opts.concrete_fields
            if each.name not in HIDDEN and not each.name.endswith("_html")
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Give every field: nothing of a page is a form, whatever view shows it."""
        return self.get_fields(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Give the row with an id, None where there is none, or never can be."""
        if object_id.isdecimal() and (len(object_id) > 20 or int(object_id) > LARGEST_ID):
            return None
        return super().get_object(request, object_id, from_field)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let an address ask what the filters ask. Else it could ask for a regular expression of anybody's making."""
        return lookup in {f"{name}{test}" for name in self.list_filter for test in _TESTS}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search, for a few words at most: each is a condition more."""
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])
        return found


def _studio_link(kind: str, key: str) -> SafeString:
    return format_html('<a href="{}">Edit in the studio</a>', edit_url(kind, key))


class Taught(Looked):
    """Rows of what is taught, each with the way to where it is edited."""

    search_fields = ["key"]
    list_filter = ["retired"]
    kind_of = {kind.model: kind for kind in KINDS.values()}

    @admin.display(description="studio")
    def studio(self, row: Any) -> SafeString:
        """Link to the editor."""
        kind = self.kind_of[self.model]
        return _studio_link(kind.name, kind.holder(row).key)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Give the way to the editor first."""
        return ["studio", *super().get_fields(request, obj)]


@admin.register(Topic, site=site)
class TopicAdmin(Taught):
    list_display = ["key", "title", "parent", "position", "retired", "studio"]
    list_select_related = ["parent"]
    search_fields = ["key", "title"]


@admin.register(Fact, site=site)
class FactAdmin(Taught):
    list_display = ["key", "statement", "topic", "verdict", "checked", "retired", "studio"]
    list_select_related = ["topic"]
    list_filter = ["verdict", "retired", "checked", "topic"]
    search_fields = ["key", "statement"]


@admin.register(Card, site=site)
class CardAdmin(Taught):
    list_display = ["item", "front", "kind", "fact", "studio"]
    list_select_related = ["item", "fact"]
    list_filter = ["kind", "item__retired"]
    search_fields = ["item__key", "front", "back"]


@admin.register(Question, site=site)
class QuestionAdmin(Taught):
    list_display = ["item", "stem", "kind", "domain", "difficulty", "studio"]
    list_select_related = ["item"]
    list_filter = ["kind", "domain", "difficulty", "item__retired"]
    search_fields = ["item__key", "stem"]


@admin.register(ComparisonTable, site=site)
class TableAdmin(Taught):
    list_display = ["key", "title", "topic", "retired", "studio"]
    list_select_related = ["topic"]
    search_fields = ["key", "title"]


@admin.register(Term, site=site)
class TermAdmin(Taught):
    list_display = ["key", "term", "topic", "retired", "studio"]
    list_select_related = ["topic"]
    search_fields = ["key", "term"]


@admin.register(Pair, site=site)
class PairAdmin(Taught):
    list_display = ["key", "left", "right", "retired", "studio"]
    search_fields = ["key", "left", "right"]


@admin.register(Misconception, site=site)
class MisconceptionAdmin(Taught):
    list_display = ["key", "belief", "fact", "retired", "studio"]
    list_select_related = ["fact"]
    search_fields = ["key", "belief"]


@admin.register(Diagram, site=site)
class DiagramAdmin(Taught):
    list_display = ["key", "topic", "retired", "studio"]
    list_select_related = ["topic"]


# Learners -----------------------------------------------------------------------------------------------------


class OfLearner(Looked):
    """Rows of learners, the latest first."""

    ordering = ["-pk"]
    list_select_related = ["user", "item"]
    search_fields = ["^user__username", "=item__key"]


@admin.register(Schedule, site=site)
class ScheduleAdmin(OfLearner):
    list_display = ["pk", "user", "item", "state", "due", "reps", "lapses", "leech", "suspended"]
    list_filter = ["state", "leech", "suspended", "retired"]

    @admin.display
    def due(self, row: Schedule) -> Any:
        """Give when it is due, as a day or as an instant."""
        return row.due_day or row.due_at


@admin.register(Review, site=site)
class ReviewAdmin(OfLearner):
    list_display = ["pk", "user", "item", "action", "rating", "instant", "was_new", "undone"]
    list_filter = ["action", "rating", "was_new", "undone"]

    @admin.display(description="at", ordering="at")
    def instant(self, row: Review) -> Any:
        """Give when it was."""
        return row.at


@admin.register(Quiz, site=site)
class QuizAdmin(OfLearner):
    list_display = ["code", "user", "title", "mode", "started_at", "finished_at"]
    list_select_related = ["user"]
    list_filter = ["mode", "started_at"]
    search_fields = ["=code", "^user__username"]
    ordering = ["-started_at", "code"]


@admin.register(Attempt, site=site)
class AttemptAdmin(OfLearner):
    list_display = ["pk", "user", "question", "quiz", "score", "certainty", "answered_at"]
    list_select_related = ["user", "question__item", "quiz"]
    list_filter = ["certainty", "answered_at"]
    search_fields = ["^user__username", "=question__item__key"]


@admin.register(Remark, site=site)
class RemarkAdmin(OfLearner):
    list_display = ["pk", "question", "score_before", "score_after", "name", "at"]
    list_select_related = ["question__item"]
    list_filter = ["at"]
    search_fields = ["name", "=question__item__key"]


@admin.register(Report, site=site)
class ReportAdmin(OfLearner):
    list_display = ["pk", "text", "user", "asked", "at", "closed_at"]
    list_select_related = ["user", "attempt__question__item"]
    list_filter = ["at", "closed_at"]
    search_fields = ["^user__username", "text"]

    @admin.display(description="question")
    def asked(self, row: Report) -> str:
        """Give the key of the question."""
        return str(row.attempt.question)


@admin.register(User, site=site)
class UserAdmin(Looked):
    """People, for superusers: who may sign in, and who teaches."""

    actions = ["teach", "teach_no_more"]
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "date_joined"]
    search_fields = ["username", "email"]
    ordering = ["username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Leave guests out: they have no name, and nothing to sign in with."""
        return User.objects.filter(is_guest=False)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers may bar people, but not themselves: they could not come back."""
        return bool(request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Give everything but whether somebody else may sign in."""
        fields = super().get_fields(request, obj)
        return fields if obj == request.user else [name for name in fields if name != "is_active"]

    @admin.action(description="Make instructors of them", permissions=["change"])
    def teach(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let people teach."""
        with transaction.atomic():
            for person in people:
                make_instructor(person)
        self._told(request, people, "may teach now")

    @admin.action(description="Let them teach no more", permissions=["change"])
    def teach_no_more(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Take the studio from people; what they wrote stays."""
        with transaction.atomic():
            for person in people:
                remove_instructor(person)
        self._told(request, people, "may teach no more")

    def _told(self, request: HttpRequest, people: QuerySet[User], what: str) -> None:
        names = ", ".join(person.username for person in people[:20]) + (" and others" if len(people) > 20 else "")
        self.message_user(request, f"{names} {what}.", messages.SUCCESS)
        for person in people:
            self.log_change(request, person, f"{what}.")


# The studio ---------------------------------------------------------------------------------------------------


class OfStudio(Looked):
    """Rows that name an item by its kind and key."""

    list_filter = ["kind"]
    search_fields = ["key"]

    @admin.display(description="studio")
    def studio(self, row: Any) -> SafeString:
        """Link to the editor."""
        return _studio_link(row.kind, row.key)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Give the way to the editor first."""
        return ["studio", *super().get_fields(request, obj)]


@admin.register(Conflict, site=site)
class ConflictAdmin(OfStudio):
    list_display = ["key", "kind", "found_at", "studio"]
    ordering = ["-found_at", "-pk"]


@admin.register(Draft, site=site)
class DraftAdmin(OfStudio):
    list_display = ["key", "kind", "name", "base", "saves", "saved_at", "studio"]
    search_fields = ["key", "name"]
    ordering = ["-saved_at", "-pk"]


@admin.register(Document, site=site)
class DocumentAdmin(OfStudio, SimpleHistoryAdmin):  # type: ignore[misc]
    """Items as they are taught, each with all its versions."""

    list_display = ["key", "kind", "title", "number", "retired", "by", "changed_at", "studio"]
    list_filter = ["kind", "retired", "withdrawn", "changed_at"]
    search_fields = ["key", "title", "by"]
    ordering = ["-changed_at", "-pk"]
    object_history_template = "simple_history/object_history.html"
    object_history_list_template = "studio/admin_history.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """List the versions."""
        answer: HttpResponse = super().history_view(request, _number(object_id), extra_context)
        return answer

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show one version. The library would write it back for whoever may look at it."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied("Versions are brought back in the studio.")
        answer: HttpResponse = super().history_form_view(
            request, _number(object_id), _number(version_id), extra_context
        )
        return answer

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any, **_: Any) -> None:
        """Name the fields in which a version differs from the one before it."""
        for later, earlier in pairwise(historical_records):
            later.differs_in = [each.field for each in differences(earlier.record, later.record)]


def _number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Http404("There is no such row.")
    return text


# Who tried to sign in -----------------------------------------------------------------------------------------


class SignIns(Looked):
    """Attempts to sign in, the latest first."""

    list_filter = ["attempt_time"]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time", "-pk"]


@admin.register(AccessAttempt, site=site)
class AccessAttemptAdmin(SignIns):
    """Failures that count; a superuser who deletes one lets its name in again."""

    actions = []
    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "path_info"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Superusers may let somebody try again."""
        return bool(request.user.is_superuser)


@admin.register(AccessFailureLog, site=site)
class AccessFailureAdmin(SignIns):
    list_display = ["attempt_time", "username", "ip_address", "locked_out", "path_info"]
    list_filter = ["attempt_time", "locked_out"]


@admin.register(AccessLog, site=site)
class AccessLogAdmin(SignIns):
    list_display = ["attempt_time", "username", "ip_address", "logout_time", "path_info"]


__all__ = ["site"]
