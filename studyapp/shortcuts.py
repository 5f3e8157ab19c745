"""What every app's views share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.middleware import HtmxDetails

from studyapp.accounts.models import User


class Request(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


class LearnerRequest(Request):
    """A request of somebody whom the session knows, guest or person."""

    user: User


def wants_partial(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page; boosted links and history want all of it."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_htmx(
    request: HttpRequest, template: str, context: dict[str, Any], partial: str, status: int = 200
) -> HttpResponse:
    """Render the page, or only its partial when htmx asks for it."""
    name = f"{template}#{partial}" if wants_partial(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def private(response: HttpResponse) -> HttpResponse:
    """Say that the page is one person's: no cache keeps it, and Back asks again."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def error_page(request: HttpRequest, status: int, title: str, message: str, **more: Any) -> HttpResponse:
    """Render a refusal that says what happened and what to do; `more` may give `action_url` and `action`."""
    context = {"status": status, "title": title, "message": message, **more}
    return private(render(request, "error.html", context, status=status))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is missing or stale."""
    return error_page(
        request,
        403,
        "This form is out of date",
        "The page was open since before you signed in or out, or the browser does not keep cookies. "
        "Nothing was changed. Go back, reload the page and send it again.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that is broken or too large."""
    return error_page(
        request, 400, "That request is not understood", "It was damaged or too large. Nothing was changed."
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer somebody who may not."""
    return error_page(request, 403, "Not yours to open", str(exception or "") or "This page belongs to somebody else.")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return error_page(
        request, 404, "No such berth", "There is nothing at this address. The search may know where it went."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a crash, without the database and without context that could crash again."""
    return HttpResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Something broke</title>"
        "<h1>Something broke on our side</h1><p>Nothing of yours was lost. <a href=/>Back to the quay</a></p></html>",
        status=500,
    )
