"""Questions drawn and proved on the spot, and the families that a template can ask."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from studyapp.content.yamlformat import suggestion
from studyapp.shortcuts import render_htmx, wants_partial
from studyapp.simulators.door import families as known_families
from studyapp.studio import drawing
from studyapp.studio.roles import instructors_only

OWN = ("csrfmiddlewaretoken", "op", "seed", "key")  # fields that are not sent on, beside those with a hyphen


@require_POST
@instructors_only
def draw(request: HttpRequest) -> HttpResponse:
    """Draw one variant of the question in the form."""
    sheet = drawing.sheet(_sent(request))
    status = 400 if sheet.seed is None else 200
    return render_htmx(request, "studio/draw.html", {"sheet": sheet, **_page(request)}, partial="draw", status=status)


@require_POST
@instructors_only
def prove(request: HttpRequest) -> HttpResponse:
    """Prove the laws of the question in the form: a piece at a time where the page goes on by itself."""
    bounds = (drawing.PIECE, drawing.PIECE_TIME) if wants_partial(request) else (drawing.SEEDS, drawing.WHOLE_TIME)
    run = drawing.prove_on(_sent(request), *bounds)
    return render_htmx(request, "studio/prove.html", {"run": run, **_page(request)}, partial="prove")


def _sent(request: HttpRequest) -> dict[str, str]:
    """Give what was sent, the key of the question with it."""
    return {**request.POST.dict(), "key": request.GET.get("key") or request.POST.get("key", "")}


def _page(request: HttpRequest) -> dict[str, Any]:
    """Give what a page needs that has the form's fields, but not the form."""
    sent = [] if wants_partial(request) else request.POST.items()
    own = [(name, text) for name, text in sent if name not in OWN and "-" not in name]
    return {"key": drawing.key_of(_sent(request)), "sent": own}


@require_safe
@instructors_only
def families(request: HttpRequest) -> HttpResponse:
    """What a template can ask, and one of them with a template to begin with."""
    name = request.GET.get("family", "")
    found = name in known_families()
    context: dict[str, Any] = {"families": drawing.family_sheets(), "name": name[:80]}
    if found:
        context["family"] = next(each for each in context["families"] if each.name == name)
        context["starter"] = drawing.starter(name)
    elif name:
        context["hint"] = suggestion(name, known_families())
    return render(request, "studio/draw_families.html", context, status=200 if found or not name else 404)


urlpatterns: list[URLPattern] = [
    path("draw/", draw, name="draw"),
    path("prove/", prove, name="prove"),
    path("families/", families, name="families"),
]
