"""Finding items: search, filters, coverage, what is long unchecked; and what is done to many at once."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from studyapp.shortcuts import LearnerRequest, error_page, render_htmx, wants_partial
from studyapp.studio import bulk, covering, editing, finding
from studyapp.studio.models import Document
from studyapp.studio.roles import instructors_only
from studyapp.studio.rows import KINDS

MOST_SHOWN = 300  # additions on one page
LONGEST_SEARCH = 4000  # characters of an address that is searched again
LONGEST_BACK = 500  # characters of an address to which the editor leads back


@require_safe
@instructors_only
def items(request: LearnerRequest) -> HttpResponse:
    """One search over everything that can be edited, with filters; and what wants doing. Also as one types."""
    asked = finding.Search(request.GET)
    context: dict[str, Any] = {"asked": asked, "acts": bulk.ACTS}
    valid = asked.is_valid()
    if valid:
        found = finding.matching(asked, request.user)
        count, hidden = finding.counted(found, asked)
        page = Paginator(range(count), finding.PER_PAGE).get_page(request.GET.get("page", "")[:8])
        first = (page.number - 1) * finding.PER_PAGE
        here = f"{reverse('studio:items')}?{asked.address()}"
        context |= {
            "page": page,
            "hits": finding.hits(
                found.filter(finding.shown(asked))[first : first + finding.PER_PAGE],
                {key: title for key, title, _ in asked.topics},
            ),
            "hidden": hidden,
            "with_hidden": asked.address(state="all"),
            "return": f"?{urlencode({'back': here})}" if asked.address() and len(here) <= LONGEST_BACK else "",
            "pages": f"{asked.address()}&".lstrip("&"),
            "unpublished": finding.unpublished(asked, request.user),
            "most": bulk.MOST,
        }
    typing = wants_partial(request)
    if not typing:
        context |= {"todo": finding.todo(request.user), "kinds": KINDS}
    response = render_htmx(request, "studio/items.html", context, partial="found", status=200 if valid else 400)
    if typing and valid:
        response["HX-Push-Url"] = f"{reverse('studio:items')}?{asked.address()}".rstrip("?")
    return response


@require_safe
@instructors_only
def coverage(request: HttpRequest) -> HttpResponse:
    """What covers the notes, statement by statement: gaps and old verdicts stand out."""
    show = request.GET.get("show", "")
    board = covering.board()
    filters = {"": lambda berth: True, "gaps": lambda berth: berth.lacks, "old": lambda berth: berth.is_old}
    show = show if show in filters else ""
    context = {"board": board, "parts": board.only(filters[show]), "show": show, "most": MOST_SHOWN}
    return render(request, "studio/coverage.html", context)


@require_POST
@instructors_only
def many(request: LearnerRequest) -> HttpResponse:
    """Say what would be done to the chosen items; do it when that was confirmed."""
    name, back = request.POST.get("do", ""), finding.Search(QueryDict(request.POST.get("back", "")[:LONGEST_SEARCH]))
    if name not in bulk.ACTS or not back.is_valid():
        return error_page(
            request, 400, "That is not understood", "The form was altered or is out of date. Nothing was changed.",
            action_url=reverse("studio:items"), action="Back to the items",
        )  # fmt: skip
    address = f"{reverse('studio:items')}?{back.address()}".rstrip("?")
    documents, matching, missing = _chosen(request, back)
    if not documents:
        messages.error(request, "Choose at least one item: tick its box, or the box for all that match.")
        return redirect(address)
    act, value = bulk.ACTS[name], request.POST.get("value", "")
    problem = None
    if "confirmed" in request.POST:
        try:
            done = bulk.do(name, documents, value, request.user)
        except editing.Refused as refused:
            problem = refused
        else:
            if done:
                messages.success(request, f"{done} item{'s' * (done != 1)} {act.done}.")
            else:
                messages.info(request, "Nothing was left to do: so it was already.")
            return redirect(address)
    touched, left = bulk.touched(act, documents)
    context = {
        "name": name, "act": act, "touched": touched, "left": left, "value": value, "problem": problem,
        "sent": "\n".join(f"{each.kind} {each.key}" for each in documents), "back": back.address(), "address": address,
        "matching": matching, "missing": missing, "most": bulk.MOST,
        "topics": [(key, title) for key, title, retired in back.topics if not retired],
        "tags": bulk.tags_of(documents) if name == "untag" else back.tags,
        "affected": None if act.wants == "tag" else editing.affected([(each.kind, each.key) for each in touched]),
    }  # fmt: skip
    return render(request, "studio/items_bulk.html", context, status=409 if problem else 200)


def _chosen(request: LearnerRequest, back: finding.Search) -> tuple[list[Document], int, int]:
    """Give the items that were ticked, or all that match; how many match, and how many ticked ones are not there."""
    if "all" in request.POST and "confirmed" not in request.POST:
        found = finding.matching(back, request.user).filter(finding.shown(back))
        return list(found.defer("record", "text")[: bulk.MOST]), found.count(), 0
    names = bulk.read_names([line for text in request.POST.getlist("item") for line in text.splitlines()])
    documents = bulk.chosen(sorted(names)[: bulk.MOST])
    return documents, 0, len(names) - len(documents)


urlpatterns: list[URLPattern] = [
    path("", items, name="items"),
    path("coverage/", coverage, name="coverage"),
    path("bulk/", many, name="bulk"),
]
