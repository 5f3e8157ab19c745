"""The bench: any simulator with any input, as JSON. And the way from a question into the lab that fits it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from studyapp.assessment.pictures import picture
from studyapp.assessment.telling import tell
from studyapp.labs import links
from studyapp.labs.bench_links import back_to
from studyapp.labs.state import checked
from studyapp.labs.workshop.benches import OF_FAMILY
from studyapp.labs.workshop.fields import flat, read_input
from studyapp.shortcuts import private
from studyapp.simulators.door import families, read_json, simulate
from studyapp.simulators.errors import InputError

LONGEST = 20_000  # characters of an input in an address
PLACEMENT = "placement.run"


@require_safe
def opened(request: HttpRequest) -> HttpResponse:
    """Open a case in the lab of its simulator, or on the bench where it has none."""
    family, text = request.GET.get("family", ""), request.GET.get("input", "")
    more = {"back": back} if (back := back_to(request)) else {}
    if family == PLACEMENT and len(text) <= LONGEST:
        try:
            state = checked(read_json(text.encode()))
        except InputError:
            pass  # the bench says what is wrong with it
        else:
            return redirect(f"{reverse('labs:placement')}?{urlencode({'s': links.pack(state)} | more)}")
    if family in OF_FAMILY and len(text) <= LONGEST and (query := _fields_of(family, text)) is not None:
        lab, _ = OF_FAMILY[family]
        return redirect(f"{reverse('labs:workshop', args=[lab.key])}?{urlencode({'family': family} | query | more)}")
    return redirect(f"{reverse('labs:bench')}?{urlencode({'family': family, 'input': text[:LONGEST]} | more)}")


def _fields_of(family: str, text: str) -> dict[str, str] | None:
    """Give an input as the fields of its bench, or None where they cannot say it: where another answer would come."""
    _, bench = OF_FAMILY[family]
    names = {part.name.partition(".")[0] for part in bench.parts}
    try:
        given = read_json(text.encode())
        if not isinstance(given, dict) or not set(given) <= names:
            return None
        fields = flat(bench.parts, given)
        query = QueryDict(mutable=True)
        query.update(fields)
        same = simulate(family, read_input(bench.parts, query)) == simulate(family, given)
    except InputError:
        return None
    return fields if same else None


_FIRST = {
    "family": "capacity.strategy",
    "input": {
        "tasks": 10,
        "strategy": [
            {"name": "on-demand", "type": "fargate", "base": 2, "weight": 1},
            {"name": "spot", "type": "fargate", "weight": 3},
        ],
    },
}


@require_safe
def bench(request: HttpRequest) -> HttpResponse:
    """Ask any simulator: the case, its answer by AWS's rules or by a wrong one, and the steps."""
    known = families()
    name = request.GET.get("family", "") or str(_FIRST["family"])
    text = request.GET.get("input", "") or json.dumps(_FIRST["input"], indent=2)
    misconception = request.GET.get("misconception", "")
    context: dict[str, Any] = {
        "families": [(each.name, each.summary) for each in known.values()],
        "family": known.get(name),
        "name": name[:80],
        "text": text[:LONGEST],
        "misconception": misconception,
        "back": back_to(request),
    }
    status = 200
    try:
        given = read_json(text.encode()) if len(text) <= LONGEST else None
        if given is None:
            raise InputError("input", f"is longer than {LONGEST} characters")
        answer = simulate(name, given, misconception=misconception or None, trace=True)
        told = tell(answer)
    except InputError as problem:
        context["problem"] = problem
        status = 400
    else:
        assert isinstance(given, dict)
        shown = picture(given)
        berths = [(zone, [(box, None) for box in boxes]) for zone, boxes in shown.berths]
        plain = {each: value for each, value in answer.items() if each not in ("trace", "steps")}
        context |= {
            "posed": {"picture": shown, "berths": berths},
            "answer": picture(plain),
            "parts": [(step.heading, [step]) for step in told],
            "text": json.dumps(given, indent=2),
        }
    return private(render(request, "labs/bench.html", context, status=status))
