"""The versions of an item, and its retirement."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from studyapp.shortcuts import LearnerRequest
from studyapp.studio import editing
from studyapp.studio.differing import differences
from studyapp.studio.fields import form_of
from studyapp.studio.models import Document
from studyapp.studio.places import edit_url
from studyapp.studio.roles import instructors_only
from studyapp.studio.views.opened import Open, number_of, return_to

PER_PAGE = 50  # versions


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def history(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """Every version of an item, two of them side by side; on POST, one is taken into the draft."""
    opened = Open(request, kind, key)
    every = opened.document.history.all() if opened.document else Document.history.none()
    if request.method == "POST":
        wanted = every.filter(number=number_of(request.POST.get("version", ""))).first()
        if wanted is None:
            raise Http404("There is no such version.")
        opened.keep(form_of(kind, wanted.record), base=opened.head)
        messages.success(request, f"Version {wanted.number} is in your draft. Publish it to teach it again.")
        return redirect(edit_url(kind, key, return_to(request)))
    page = Paginator(every, PER_PAGE).get_page(request.GET.get("page", "")[:8])
    asked = [number_of(request.GET.get(name, "")) for name in ("a", "b")]
    numbers = [*asked, opened.head, max(1, opened.head - 1)]
    found = {each.number: each for each in every.filter(number__in=numbers)}
    one, other = found.get(asked[0]) or found.get(numbers[3]), found.get(asked[1]) or found.get(opened.head)
    changed = differences(one.record, other.record) if one and other else []
    context = {
        "kind": kind, "key": key, "document": opened.document, "page": page, "one": one, "other": other,
        "differences": changed, "draft": opened.draft,
    }  # fmt: skip
    return render(request, "studio/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def retire(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """What retiring an item would touch; on POST, it is retired, or brought back."""
    opened = Open(request, kind, key)
    if opened.document is None:
        raise Http404("It was never published: throw the draft away instead.")
    context: dict[str, Any] = {"kind": kind, "key": key, "document": opened.document}
    status = 200
    if request.method == "POST":
        bring = request.POST.get("op") == "bring back"
        try:
            if opened.document.retired == bring:
                (editing.bring_back if bring else editing.retire)([(kind, key)], opened.user)
        except editing.Refused as refused:
            context |= {"problems": refused.problems, "message": refused.message.replace("published", "changed")}
            status = 400
        else:
            told = "is taught again." if bring else "is retired; learners keep their history."
            messages.success(request, f"{key} {told}")
            return redirect(edit_url(kind, key))
    if not opened.document.retired:
        context["affected"] = editing.affected([(kind, key)])
    return render(request, "studio/retire.html", context, status=status)


urlpatterns = [
    path("<str:kind>/<str:key>/history/", history, name="history"),
    path("<str:kind>/<str:key>/retire/", retire, name="retire"),
]
