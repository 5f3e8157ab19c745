"""The labs. Nothing is stored: what a page shows stands in its address."""

import json
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from studyapp.labs import edits, links, presets
from studyapp.labs.bench_links import back_to
from studyapp.labs.scene import comparison, end_after, scene
from studyapp.labs.state import State, checked, door_input
from studyapp.labs.workshop.benches import LABS
from studyapp.shortcuts import private, render_htmx, wants_partial
from studyapp.simulators.door import read_json, simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.case import unknown
from studyapp.simulators.placement.cluster import STATUSES

LARGEST_PASTE = 1_000_000  # bytes


@require_safe
def labs(request: HttpRequest) -> HttpResponse:
    """Every lab."""
    return private(render(request, "labs/index.html", {"presets": presets.PRESETS, "workshop": LABS.values()}))


def _state(query: QueryDict) -> tuple[State, str, presets.Preset | None]:
    """Give the state that an address asks for, what is wrong with the address, and the preset it is, if it is one."""
    first = presets.PRESETS[0]
    if "s" in query:
        try:
            return checked(links.unpack(query.get("s", ""))), "", None
        except links.BrokenLink as problem:
            return dict(first.state), f"{problem} Here is the first example instead.", first
        except InputError as problem:
            message = f"The link holds a cluster that cannot be ({problem}). Here is the first example instead."
            return dict(first.state), message, first
    chosen = presets.BY_KEY.get(query.get("preset", ""), first)
    return dict(chosen.state), "", chosen


def _at(query: QueryDict) -> int:
    text = query.get("at", "0")
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def _form(state: State, typed: QueryDict | None) -> dict[str, Any]:
    """Give the values of the request's form: what was typed, or what the state holds."""
    request = state["request"]
    expressions = [each["expression"] for each in request.get("constraints", []) if each["type"] == "memberOf"]
    chain = [f"{each['type']} {each.get('field', '')}".strip() for each in request.get("strategies", [])]
    values = {
        "api": request["api"], "count": request["count"], "group": request["group"], "cpu": request.get("cpu", 0),
        "memory": request["memory"], "network_mode": request.get("network_mode", "bridge"),
        "tcp": ", ".join(map(str, request.get("tcp", []))), "expression": " and ".join(expressions),
        "distinct": any(each["type"] == "distinctInstance" for each in request.get("constraints", [])),
        "seed": "" if state.get("seed") is None else state["seed"], "stop": state.get("stop", 0),
    }  # fmt: skip
    if typed is not None:
        values |= {name: typed.get(name, "") for name in values}
        chain = typed.getlist("strategy")
    other = [f"{each['type']} {each.get('field', '')}".strip() for each in state.get("other") or []]
    return {
        **values,
        "chain": _slots(chain),
        "other": _slots(other),
        "choices": list(dict.fromkeys([*edits.STRATEGIES, *filter(None, [*chain, *other])])),
    }


def _slots(chain: list[str]) -> list[str]:
    return [*chain, *[""] * edits.MOST_STRATEGIES][: max(edits.MOST_STRATEGIES, len(chain))]


def _drawn_forms(state: State, link: str, **more: Any) -> SafeString:
    context = {"state": state, "link": link, "statuses": STATUSES, **more}
    return render_to_string("labs/forms.html", context)


@lru_cache(maxsize=256)
def _forms(link: str, first: bool) -> SafeString:
    """Draw the forms of a link's state; they are the same at each step but for what stands open at first."""
    state = links.unpack(link)
    return _drawn_forms(state, link, form=_form(state, None), first=first, typed={})


def _wrong_forms(state: State, typed: QueryDict, problem: InputError) -> SafeString:
    """Draw the forms with what was typed, and what is wrong with it at its field."""
    op = typed.get("op", "")
    wrong = {problem.field.rpartition(".")[2].partition("[")[0]: problem.message}
    form = _form(state, typed if op == "request" else None)
    return _drawn_forms(state, links.pack(state), form=form, wrong=wrong, op=op, typed=typed)


def _page(
    request: HttpRequest, state: State, *, at: int = 0, guess: str = "", problem: InputError | None = None,
    preset: presets.Preset | None = None, told: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    op = request.GET.get("op", "") if problem else ""
    shown = scene(state, at)
    if guess and shown.next_task:
        shown = scene(state, end_after(shown.frames, shown.frame.number), guess)
    elif guess:
        shown = scene(state, at, guess)
    link = links.pack(state)
    context = {
        "link": link,
        "scene": shown,
        "sides": comparison(state),
        "forms": _wrong_forms(state, request.GET, problem) if problem and op else _forms(link, not shown.frame.number),
        "problem": problem,
        "op": op,
        "preset": preset,
        "presets": presets.PRESETS,
        "told": told,
        "back": back_to(request),
    }
    response = private(render_htmx(request, "labs/placement.html", context, partial="lab", status=status))
    if wants_partial(request):
        response["HX-Push-Url"] = _address(state, shown.frame.number, guess)
    return response


def _address(state: State, at: int = 0, guess: str = "") -> str:
    query = {"s": links.pack(state)} | ({"at": str(at)} if at else {}) | ({"guess": guess} if guess else {})
    return f"{reverse('labs:placement')}?{urlencode(query)}"


@require_safe
def placement(request: HttpRequest) -> HttpResponse:
    """The placement lab at a moment of a run. `s` is the state, `at` the frame, `guess` a prediction, `op` a change."""
    state, told, preset = _state(request.GET)
    if "op" in request.GET:
        try:
            after = edits.edited(state, request.GET)
        except InputError as problem:
            return _page(request, state, at=_at(request.GET), problem=problem, told=told, status=400)
        if wants_partial(request):
            return _page(request, after)
        return redirect(_address(after))
    return _page(
        request, state, at=_at(request.GET), guess=request.GET.get("guess", "")[:60], preset=preset, told=told,
        status=400 if told else 200,
    )  # fmt: skip


@require_safe
def match(request: HttpRequest) -> HttpResponse:
    """Which instances an expression of the query language selects, as it is typed."""
    from studyapp.labs.matching import matching

    state, _, _ = _state(request.GET)
    found = matching(state, request.GET.get("expression", "")[:2000])
    return private(render(request, "labs/match.html", {"match": found}))


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Take a cluster that was pasted as JSON: this lab's own, an input of the simulator, or documents of AWS."""
    text = request.POST.get("json", "")
    state, _, _ = _state(request.POST)
    try:
        if len(text.encode("utf-8", "replace")) > LARGEST_PASTE:
            raise InputError("json", f"has more than {LARGEST_PASTE:,} bytes")
        after, notes = _pasted(read_json(text.encode("utf-8", "replace"), "json"))
        if len(links.pack(after)) > links.LONGEST:
            raise InputError("json", "is a cluster too large for a link; leave out some instances or tasks")
    except InputError as problem:
        return _page(request, state, problem=problem, status=400)
    for note in notes:
        messages.info(request, note)
    return redirect(_address(after))


def _pasted(value: object) -> tuple[State, list[str]]:
    """Give the state that pasted JSON means, and what is to be said of it: a state, or documents of AWS."""
    if isinstance(value, dict) and {"instances", "request"} & value.keys():
        return checked(value), []
    imported = simulate("aws.import", {"documents": value})
    notes = [unknown(field) for field in imported["unknown"]]
    return checked(imported["question"]), [*imported["notes"], *notes]


@require_safe
def written(request: HttpRequest) -> HttpResponse:
    """Give the state as JSON: an input of the simulator, or with `form=aws` the documents of AWS's command line."""
    state, told, _ = _state(request.GET)
    if told:
        return JsonResponse({"error": {"field": "s", "message": told}}, status=400)
    aws = request.GET.get("form") == "aws"
    given = simulate("aws.export", door_input(state))["documents"] if aws else state
    response = HttpResponse(json.dumps(given, indent=2) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="placement{"-aws" if aws else ""}.json"'
    return private(response)
