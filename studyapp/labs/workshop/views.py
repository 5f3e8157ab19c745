"""The pages of the workshop: one view for every lab that is declared."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from studyapp.assessment import paths
from studyapp.assessment.pictures import words
from studyapp.assessment.telling import parting, tell
from studyapp.labs.bench_links import back_to
from studyapp.labs.workshop.benches import LABS, OF_FAMILY
from studyapp.labs.workshop.boards import plain
from studyapp.labs.workshop.fields import Rows, changeable, flat, form, read_input, row_numbers
from studyapp.labs.workshop.lab import Bench, Drawing, Example, Lab
from studyapp.shortcuts import private, render_htmx
from studyapp.simulators.door import families, read_json, simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.case import Case

LONGEST_QUERY = 20_000  # characters
LARGEST_PASTE = 200_000


@require_safe
def lab(request: HttpRequest, key: str) -> HttpResponse:
    """A lab of the workshop. The address holds all of it: the family, its fields, a guess, a wrong rule."""
    found = LABS.get(key)
    if found is None:
        raise Http404("There is no such lab.")
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return redirect("labs:workshop", key=key)
    query, example = _query(found, request.GET)
    bench = found.bench(query.get("family", ""))
    if "op" in request.GET:
        return redirect(
            f"{reverse('labs:workshop', args=[key])}?{_changed(bench, query, request.GET['op']).urlencode()}"
        )
    context = _played(bench, query)
    context |= {
        "lab": found,
        "bench": bench,
        "example": example,
        "back": back_to(request),
        "query": query,
        "wrong_rules": families()[bench.family].misconceptions,
        "address": f"{reverse('labs:workshop', args=[key])}?{query.urlencode()}",
    }
    status = 400 if "problem" in context else 200
    return private(render_htmx(request, "labs/workshop.html", context, partial="workshop", status=status))


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Take a document of AWS that was pasted as JSON to the lab that plays with it."""
    text = request.POST.get("json", "")
    lab = LABS.get(request.POST.get("lab", ""))
    try:
        if len(text) > LARGEST_PASTE:
            raise InputError("json", f"has more than {LARGEST_PASTE:,} characters")
        case = _case(lab, read_json(text.encode("utf-8", "replace"), "json"))
        found, bench = OF_FAMILY[case.family]
        query = urlencode({"family": case.family, "run": "1"} | flat(bench.parts, case.given))
        if len(query) > LONGEST_QUERY:
            raise InputError("json", "is too large for the lab; ask the bench with it, which takes a case as JSON")
    except InputError as problem:
        context = {"problem": problem, "json": text[:LARGEST_PASTE], "lab": lab}
        return private(render(request, "labs/paste.html", context, status=400))
    for note in case.notes:
        messages.info(request, note)
    return redirect(f"{reverse('labs:workshop', args=[found.key])}?{query}")


def _case(lab: Lab | None, value: object) -> Case:
    """Give the case of a document, as the lab reads it. Raises InputError."""
    from studyapp.simulators.imports import running, surroundings  # their models are large

    reader = {"network": surroundings.network_case, "roles": surroundings.roles_case, "logs": surroundings.logs_case}
    if lab is not None and lab.key in reader:
        return reader[lab.key](value)
    if lab is not None and lab.key == "registry":
        first = lab.examples[0].given
        return surroundings.registry_case(value, timezone.now(), first["images"], first["rules"])
    return running.read_running(value)


def _query(lab: Lab, sent: QueryDict) -> tuple[QueryDict, Example | None]:
    """Give the fields of the page: those that were sent, an example's, or those of the first example."""
    named = next((each for each in lab.examples if each.key == sent.get("preset")), None)
    if named is None and any(name not in ("back", "family") for name in sent):
        query = sent.copy()
        query.pop("op", None)
        return query, None
    family = lab.bench(sent.get("family", "")).family if "family" in sent else ""
    first = named or next((each for each in lab.examples if each.family == family), lab.examples[0])
    query = QueryDict(mutable=True)
    query["family"] = first.family
    query.update(flat(lab.bench(first.family).parts, first.given))
    if sent.get("run"):
        query["run"] = "1"
    return query, first


def _changed(bench: Bench, query: QueryDict, op: str) -> QueryDict:
    """Give the fields after a row was added or taken away: `add events`, `drop events 2`."""
    action, _, rest = op.partition(" ")
    name, _, number = rest.partition(" ")
    rows = next((part for part in bench.parts if isinstance(part, Rows) and part.name == name), None)
    changed = query.copy()
    if rows is None:
        return changed
    numbers = row_numbers(rows, query)
    if action == "add":
        last, new = (numbers[-1] if numbers else -1), (numbers[-1] + 1 if numbers else 0)
        for field in rows.fields:
            before = query.get(f"{name}.{last}.{field.name}", field.choices[0] if field.choices else "")
            changed[f"{name}.{new}.{field.name}"] = before
    elif action == "drop" and number.isdecimal():
        for field in rows.fields:
            changed.pop(f"{name}.{number}.{field.name}", None)
    return changed


def _played(bench: Bench, query: QueryDict) -> dict[str, Any]:
    """Ask the simulator what the fields say, by AWS's rules and by a wrong one if one is named."""
    problem: InputError | None = None
    context: dict[str, Any] = {}
    misconception = query.get("misconception", "")
    try:
        given = read_input(bench.parts, query)
        answer = simulate(bench.family, given, trace=True)
        wrong = simulate(bench.family, given, misconception=misconception, trace=True) if misconception else None
    except InputError as found:
        problem = found
        context["problem"] = found
    else:
        context |= _told(bench, given, answer, query.get("guess", "").strip()[:60])
        if wrong is not None:
            here, there = parting(tell(answer), tell(wrong))
            context["wrong"] = {
                "belief": families()[bench.family].misconceptions[misconception],
                "value": _asked(bench, wrong), "here": here, "there": there,
                "charts": _drawn(bench, given, wrong) if bench.draws_wrong else [],
            }  # fmt: skip
        try:
            context |= _beside(bench, query, given)
        except InputError as found:
            problem = context["problem"] = found
        plain = json.dumps(given, separators=(",", ":"))
        context["json_url"] = f"{reverse('labs:bench')}?{urlencode({'family': bench.family, 'input': plain})}"
    context["form"] = form(bench.parts, query, problem)
    context["misconception"] = misconception
    context["ran"] = bool(query.get("run") or query.get("guess"))
    return context


def _beside(bench: Bench, query: QueryDict, given: dict[str, Any]) -> dict[str, Any]:
    """Run the same case with one number changed, if another value for one is given. Raises InputError."""
    numbers = changeable(bench.parts, query)
    context: dict[str, Any] = {
        "numbers": numbers,
        "other_field": query.get("other_field", ""),
        "other_value": query.get("other_value", "").strip()[:20],
    }
    number = next((each for each in numbers if each.name == context["other_field"]), None)
    if number is None or not context["other_value"]:
        return context
    other = number.changed(given, context["other_value"])
    try:
        answer = simulate(bench.family, other, trace=True)
    except InputError as problem:
        raise InputError("other_value", f"for {number.label} {problem.message}") from None
    told = _told(bench, other, answer, "")
    return context | {"other": {"label": f"{number.label} {context['other_value']}", **told}}


def _drawn(bench: Bench, given: dict[str, Any], answer: dict[str, Any]) -> Sequence[Drawing]:
    return bench.draw(given, answer) if bench.draw else ()


def _asked(bench: Bench, answer: Mapping[str, Any]) -> str:
    try:
        return words(paths.look(answer, bench.ask))
    except paths.NoSuchPath:
        return "none"


def _told(bench: Bench, given: dict[str, Any], answer: dict[str, Any], guess: str) -> dict[str, Any]:
    told = tell(answer)
    value = _asked(bench, answer)
    hidden = {"trace", "steps", "notes", *bench.hidden, *bench.documents}
    return {
        "given": given,
        "value": value,
        "guess": guess,
        "guessed_right": guess.casefold() == value.casefold(),
        "lines": [(name.replace("_", " "), words(each)) for name, each in answer.items() if name not in hidden],
        "notes": answer.get("notes", ()),
        "charts": _drawn(bench, given, answer),
        "documents": [
            (plain(name), json.dumps(answer[name], indent=2)) for name in bench.documents if answer.get(name)
        ],
        "parts": [("", told)] if told else [],
    }
