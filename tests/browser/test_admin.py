"""The admin under the site's own content policy: `visit` fails for any error or refusal on the pages."""

import pytest

from tests.running import manage

PASSWORD = "a long enough password"
LISTS = [
    "notes/topic", "notes/fact", "review/card", "quiz/question", "notes/comparisontable", "notes/misconception",
    "schedules/review", "quiz/attempt", "studio/document", "studio/draft", "axes/accessattempt", "accounts/user",
]  # fmt: skip


@pytest.fixture
def superuser(study_server, visit):
    """Give a page of somebody who may do everything."""
    environment = study_server.environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    manage(environment, "createsuperuser", "--noinput", "--username", "root", "--email", "root@example.org")

    def open_admin(**options):
        page = visit("/admin/", allowed=("403",), **options)
        page.get_by_role("main").get_by_role("link", name="Log in").click()
        page.get_by_label("Name").fill("root")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/admin/")
        return page

    return open_admin


def test_index_lists_rows_and_versions_are_shown_without_a_fault(superuser):
    page = superuser()
    assert page.get_by_role("heading", level=1).inner_text() == "What the database holds"
    for name in LISTS:
        page.goto(f"/admin/{name}/")
        assert page.locator("#changelist").is_visible(), name
        row = page.locator("#result_list tbody th a").first
        if row.count():
            row.click()
            page.wait_for_url("**/change/")
            page.locator("#content form .readonly").first.wait_for()
    page.goto("/admin/studio/document/?q=N030")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="History").click()
    version = page.locator("#change-history tbody th a").last
    assert version.inner_text() == "1"
    version.click()
    page.wait_for_url("**/history/*/")
    page.locator("#content .field-record .readonly").wait_for()
    assert page.locator("#content").get_by_role("textbox").count() == 0


def test_what_the_scripts_of_a_list_do_works(superuser):
    page = superuser()
    page.goto("/admin/accounts/user/?q=root")
    assert page.locator("#result_list tbody th").all_inner_texts() == ["root"]
    page.locator("#action-toggle").check()
    assert page.locator("#result_list tbody input:checked").count() == 1
    assert page.locator(".action-counter").inner_text() == "1 of 1 selected"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_no_page_sideways(superuser, scheme):
    page = superuser(size=(320, 700), scheme=scheme)
    for place in ("/admin/", "/admin/accounts/user/", "/admin/quiz/report/"):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, place
