"""Addresses of the studio. Each module of views declares its own; all of them are for instructors alone."""

from studyapp.studio.views import analysis, beginning, drawing, editor, exchange, finding, reports, versions

app_name = "studio"
urlpatterns = [
    *finding.urlpatterns,
    *exchange.urlpatterns,
    *analysis.urlpatterns,
    *reports.urlpatterns,
    *drawing.urlpatterns,
    *beginning.urlpatterns,
    *editor.urlpatterns,
    *versions.urlpatterns,
]
