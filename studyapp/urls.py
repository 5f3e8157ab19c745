"""Every address of the site."""

from django.urls import include, path

from studyapp.studio.admin import site

urlpatterns = [
    path("", include("studyapp.home.urls")),
    path("", include("studyapp.notes.urls")),
    path("review/", include("studyapp.daily.urls")),
    path("", include("studyapp.review.urls")),
    path("quiz/", include("studyapp.quiz.urls")),
    path("labs/", include("studyapp.labs.urls")),
    path("account/", include("studyapp.accounts.urls")),
    path("studio/", include("studyapp.studio.urls")),
    path("admin/", site.urls),
]

handler400 = "studyapp.shortcuts.bad_request"
handler403 = "studyapp.shortcuts.permission_denied"
handler404 = "studyapp.shortcuts.page_not_found"
handler500 = "studyapp.shortcuts.server_error"
