"""The admin's site: for those who teach, and signed in to as everywhere else."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from studyapp.accounts.views import log_out
from studyapp.shortcuts import private
from studyapp.studio.roles import may_teach


class Site(AdminSite):
    """Django's admin behind our own log-in. Whoever may not teach gets 403 at every address of it."""

    site_title = site_header = "Stowage: rows"
    index_title = "What the database holds"
    site_url = "/studio/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the request comes from somebody who may look."""
        return may_teach(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse before a view is asked; Django's own would send to a log-in form, signed in or not."""
        inner: Any = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may_teach(request):
                return _refused(request)
            if "\0" in request.path:  # which PostgreSQL refuses
                raise Http404("Nothing is called so.")
            if any("\0" in text for values in request.GET.lists() for text in values[1]):
                raise BadRequest("A text holds a NUL character.")
            answer: HttpResponse = inner(request, *args, **kwargs)
            return answer

        return guarded

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead on who is signed in; the page of the others says where that is done."""
        return redirect("admin:index") if may_teach(request) else _refused(request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Sign out, as everywhere else."""
        return log_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Lead to the page that changes passwords."""
        return redirect("accounts:password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Lead to the account."""
        return redirect("accounts:account")


def _refused(request: HttpRequest) -> HttpResponse:
    return private(render(request, "studio/refused.html", status=403))


site = Site()
