"""The files and the studio: export, import with a plan, conflicts side by side."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from studyapp.accounts.models import User
from studyapp.content.checks import errors
from studyapp.content.markup import Unrenderable
from studyapp.content.records import Problem
from studyapp.content.writer import Unwritable
from studyapp.shortcuts import LearnerRequest, error_page
from studyapp.studio import conflicts as settling
from studyapp.studio import uploads
from studyapp.studio.conflicts import Claim, Gone, Open, open_conflicts, read_claims, settled
from studyapp.studio.editing import Refused
from studyapp.studio.exchange import ahead, files_of, lines, zipped
from studyapp.studio.models import Conflict
from studyapp.studio.roles import instructors_only
from studyapp.studio.rows import KINDS, course_from_rows
from studyapp.studio.sync import Plan, PlanChanged, Step, load_course, plan_load
from studyapp.studio.uploads import Unfit

MOST_PROBLEMS = 200  # shown at once
MANY_RETIRED = 10  # more than one in so many items is asked about twice
WORDS = {  # what a load does -> heading, explanation
    "retired": ("Retired", "Not in the upload: no longer taught. Learners keep their history."),
    "conflict": ("In conflict", "Changed here and in the upload: the app’s text stays, and you settle it afterwards."),
    "changed": ("Changed", "Changed in the upload alone: its text is taken."),
    "new": ("New", "Taught from now on."),
    "returned": ("Returned", "Retired by an earlier load, and in the upload again: taught again."),
    "kept": ("Kept", "Changed or retired here, and as before in the upload: what is here stays."),
}


# Export -------------------------------------------------------------------------------------------------------


@require_safe
@instructors_only
def files(request: HttpRequest) -> HttpResponse:
    """Say what the app has ahead of the files, and lead to export, import and conflicts."""
    return render(request, "studio/files.html", _files_context())


def _files_context() -> dict[str, Any]:
    found = ahead()
    groups = [
        ("changed", "Changed here", lines([step for step in found.steps if step.what == "changed"], swap=True)),
        ("new", "Made here", lines([step for step in found.steps if step.what == "new"])),
        ("retired", "Retired here", lines([step for step in found.steps if step.what == "retired"])),
    ]
    return {
        "groups": [group for group in groups if group[2]], "ahead": found, "conflicts": Conflict.objects.count(),
        "most_packed": uploads.MOST_PACKED // 1_000_000, "most_bytes": uploads.MOST_BYTES // 1_000_000,
        "most_files": uploads.MOST_FILES,
    }  # fmt: skip


@require_safe
@instructors_only
def export(request: HttpRequest) -> HttpResponse:
    """Give what is taught as a zip of a tree ready to commit."""
    try:
        packed = zipped(files_of(course_from_rows()))
    except Unwritable as problem:
        messages.error(
            request, f"Nothing was exported, for a file could not hold this: {problem}. Mend the item first."
        )
        return redirect("studio:files")
    headers = {"Content-Disposition": 'attachment; filename="content.zip"'}
    return HttpResponse(packed, content_type="application/zip", headers=headers)


# Import -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def upload(request: LearnerRequest) -> HttpResponse:
    """Take a zip, keep it, and lead to its plan; nothing is loaded."""
    if request.method != "POST":
        return redirect("studio:files")
    sent = request.FILES.get("tree")
    try:
        return redirect("studio:plan", _keep(sent, request.user))
    except Unfit as problem:
        return render(request, "studio/files.html", _files_context() | {"unfit": str(problem)}, status=400)


def _keep(sent: Any, owner: User) -> str:
    if not isinstance(sent, UploadedFile):
        raise Unfit("Choose a zip of a content folder first.")
    if (sent.size or 0) > uploads.MOST_PACKED:
        most = uploads.MOST_PACKED // 1_000_000
        raise Unfit(f'"{sent.name}" has {(sent.size or 0) / 1_000_000:.1f} MB; a zip of at most {most} MB is taken.')
    return uploads.keep(sent, owner)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def plan(request: LearnerRequest, token: str) -> HttpResponse:
    """Show what loading an upload would do; on POST, load it if it would still do just that."""
    owner = request.user
    path = uploads.kept(token, owner)
    if path is None:
        return error_page(
            request, 404, "This upload is gone",
            "It has been loaded or thrown away, or it is older than a day. Nothing is loaded by this page any more.",
            action_url=reverse("studio:files"), action="Back to the files",
        )  # fmt: skip
    if request.POST.get("op") == "drop":
        uploads.drop(token, owner)
        messages.success(request, "The upload was thrown away. Nothing was loaded.")
        return redirect("studio:files")
    try:
        reading, problems = uploads.read_upload(path)
    except (Unfit, OSError):  # thrown away this very moment
        return redirect("studio:files")
    if errors(problems):
        status = 200 if request.method != "POST" else 400
        return render(request, "studio/files_plan.html", {"token": token, **_told(problems)}, status=status)
    if request.method != "POST":
        return _show(request, token, plan_load(reading.course), problems)
    now = plan_load(reading.course)
    if _retires_many(now) and not request.POST.get("sure"):
        fault = "Nothing was loaded: tick that so many items are to be retired, or throw the upload away."
        return _show(request, token, now, problems, fault, status=400)
    try:
        agreed = request.POST.get("plan", "")
        done = load_course(reading.course, None, by=owner, reason="loaded from an upload", agreed=agreed)
    except PlanChanged as changed:
        fault = "Nothing was loaded: the content has changed since this plan was shown. This is what would be done now."
        return _show(request, token, changed.plan, problems, fault, status=409)
    except Unrenderable as problem:
        return _show(request, token, now, problems, f"Nothing was loaded: a text {problem}.", status=400)
    uploads.drop(token, owner)
    messages.success(request, f"Loaded: {done.summary()}.")
    return redirect("studio:conflicts" if done.conflicts else "studio:files")


def _told(problems: Sequence[Problem]) -> dict[str, Any]:
    faults = errors(problems)
    warnings = [problem for problem in problems if problem.warning]
    return {
        "faults": faults[:MOST_PROBLEMS], "fault_count": len(faults), "warnings": warnings[:MOST_PROBLEMS],
        "warning_count": len(warnings),
    }  # fmt: skip


def _taught(found: Plan) -> int:
    """Give how many items are taught before a load."""
    return found.unchanged + len(
        {(step.kind, step.key) for step in found.steps if step.what not in ("new", "returned")}
    )


def _retires_many(found: Plan) -> bool:
    return len(found.retired) * MANY_RETIRED > _taught(found)


def _show(
    request: HttpRequest, token: str, found: Plan, problems: Sequence[Problem], fault: str = "", status: int = 200
) -> HttpResponse:
    groups = []
    for what, (heading, words) in WORDS.items():
        steps = [step for step in found.steps if step.what == what]
        if steps:
            groups.append(
                {"what": what, "heading": heading, "words": words, "count": len(steps), "kinds": _kinds(steps)}
            )
    context = {
        "token": token, "plan": found, "mark": found.mark(), "groups": groups, "fault": fault,
        "taught": _taught(found), "retires_many": _retires_many(found), **_told(problems),
    }  # fmt: skip
    return render(request, "studio/files_plan.html", context, status=status)


def _kinds(steps: Iterable[Step]) -> list[tuple[str, Any]]:
    """Give the lines of steps by kind."""
    by_kind = groupby(sorted(steps, key=lambda step: list(KINDS).index(step.kind)), key=lambda step: step.kind)
    return [(kind, lines(list(found))) for kind, found in by_kind]


# Conflicts ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def conflicts(request: LearnerRequest) -> HttpResponse:
    """List the conflicts; on POST, settle those that were chosen, all one way."""
    if request.method != "POST":
        return render(request, "studio/conflicts.html", {"open": open_conflicts()})
    try:
        claims = read_claims(request.POST.getlist("conflict"))
    except ValueError as problem:
        return _listed(request, f"{problem}: reload the page.", status=400)
    op = request.POST.get("op", "")
    if not claims or op not in ("app", "file"):
        return _listed(request, "Tick at least one conflict, and choose whose text stays.", status=400)
    try:
        _settle(request, claims, op)
    except Gone as gone:
        return _listed(request, f"{gone} Nothing was settled: this is how it is now.", status=409)
    except Refused as refused:
        return _listed(request, f"Nothing was settled. {refused.message}", refused.problems, status=400)
    return redirect("studio:conflicts")


def _listed(request: HttpRequest, fault: str, problems: Sequence[Problem] = (), *, status: int) -> HttpResponse:
    context = {"open": open_conflicts(), "fault": fault, "problems": problems[:MOST_PROBLEMS]}
    return render(request, "studio/conflicts.html", context, status=status)


def _settle(request: LearnerRequest, claims: Sequence[Claim], op: str, from_file: Sequence[str] | None = None) -> None:
    """Settle conflicts for the app, for the files, or with some fields of the files. Raises Gone, Refused."""
    if op == "app" or (op == "fields" and not from_file):
        settling.keep(claims)
        words = "The app’s text stays"
    else:
        found = {(each.conflict.kind, each.conflict.key): each for each in open_conflicts({one.name for one in claims})}
        for claim in claims:
            if claim.name not in found:
                raise Gone(settled(*claim.name))
        wanted = {claim: found[claim.name].record(from_file) for claim in claims}
        settling.take(wanted, request.user)
        words = "The files’ text is taught now" if op == "file" else "What you chose is taught now"
    many = f"{len(claims)} conflicts" if len(claims) > 1 else f"{claims[0].kind} {claims[0].key}"
    messages.success(request, f"{words}: {many}.")


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def conflict(request: LearnerRequest, kind: str, key: str) -> HttpResponse:
    """Show one conflict side by side; on POST, settle it, field by field if so wished."""
    if kind not in KINDS:
        raise Http404("There is no such kind of item.")
    found = open_conflicts({(kind, key)})
    if not found:
        return _none(request, settled(kind, key), status=404 if request.method != "POST" else 409)
    if request.method != "POST":
        return _one(request, found[0])
    op = request.POST.get("op", "")
    sides = found[0].sides()
    chosen = {side.name: request.POST.get(f"take-{side.name}", "") for side in sides}
    try:
        claims = read_claims([request.POST.get("conflict", "")])
        if claims[0].name != (kind, key) or op not in ("app", "file", "fields"):
            raise ValueError("Choose what is to stay")
        if op == "fields" and not set(chosen.values()) <= {"app", "file"}:
            raise ValueError("Choose the app’s or the files’ text for each field")
    except ValueError as problem:
        return _one(request, found[0], f"{problem}. Nothing was changed.", chosen=chosen, status=400)
    try:
        _settle(
            request, claims, op, [name for name, whose in chosen.items() if whose == "file"] if op == "fields" else None
        )
    except Gone as gone:
        left = open_conflicts({(kind, key)})
        return _one(request, left[0], f"{gone} Nothing was changed.", status=409) if left else _none(request, str(gone))
    except Refused as refused:
        fault = f"Nothing was changed. {refused.message}"
        return _one(request, found[0], fault, refused.problems, chosen=chosen, status=400)
    return redirect("studio:conflicts")


def _none(request: HttpRequest, why: str, status: int = 409) -> HttpResponse:
    """Say that somebody else was quicker."""
    place = reverse("studio:conflicts")
    words = f"{why} Nothing was changed by this page."
    return error_page(request, status, "No conflict here", words, action_url=place, action="All conflicts")


def _one(
    request: HttpRequest, shown: Open, fault: str = "", problems: Sequence[Problem] = (), *,
    chosen: dict[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    sides = [
        (side, (chosen or {}).get(side.name) or ("file" if side.changed == "file" else "app"))
        for side in shown.sides(shown.base())
    ]
    context = {"shown": shown, "sides": sides, "fault": fault, "problems": problems[:MOST_PROBLEMS]}
    return render(request, "studio/conflict.html", context, status=status)


urlpatterns: list[URLPattern] = [
    path("files/", files, name="files"),
    path("files/export/", export, name="export"),
    path("files/import/", upload, name="import"),
    path("files/import/<slug:token>/", plan, name="plan"),
    path("files/conflicts/", conflicts, name="conflicts"),
    path("files/conflicts/<slug:kind>/<str:key>/", conflict, name="conflict"),
]
