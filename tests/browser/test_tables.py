"""Comparisons in a real browser: cover and place, by keyboard, without JavaScript, on a phone, on paper."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE


def test_cells_are_uncovered_one_by_one_by_keyboard(visit):
    page = visit("/compare/log-drivers/?mode=cover&what=column0")
    covers = page.locator("details.cover")
    expect(covers).to_have_count(6)
    covers.first.locator("summary").press("Enter")
    expect(covers.first).to_have_attribute("open", "")
    expect(page.get_by_text("Send container logs straight to CloudWatch Logs.")).to_be_visible()
    expect(page.get_by_text("Basic logging with CloudWatch Logs")).to_be_hidden()


def test_cells_are_put_in_place_without_javascript_on_a_phone(visit):
    page = visit("/compare/launch-types/?mode=place", javascript=False, size=PHONE)
    assert page.locator("table.compare thead").is_hidden()
    for select in page.locator("table select").all():
        select.select_option("A")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".flash")).to_contain_text("6 of 12 in their place")
    expect(page.locator(".compare-wrong")).to_have_count(6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_table_has_a_barrier_and_none_scrolls_sideways(visit, violations, scheme):
    page = visit("/compare/", axe=True, scheme=scheme, size=(320, 700))
    assert violations(page) == []
    for link in [each.get_attribute("href") for each in page.locator(".pair-name a").all()]:
        for mode in ("read", "cover", "place", "which"):
            page.goto(f"{link}?mode={mode}&check=1")
            assert violations(page) == [], (link, mode)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (link, mode)


def test_a_table_fits_one_page_of_paper(visit):
    page = visit("/compare/log-drivers/", size=(718, 1000))  # the width of A4 within its margins, at 96 dots an inch
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('main').scrollHeight") <= 1045


def test_a_cell_is_known_by_keyboard_and_without_javascript(visit):
    page = visit("/compare/scaling-policies/?mode=cover&what=column1", javascript=False, size=PHONE)
    covers = page.locator("details.cover")
    expect(covers).to_have_count(3)
    covers.first.locator("summary").press("Enter")
    covers.first.get_by_role("button", name="Knew it").press("Enter")
    expect(page.locator(".compare-right")).to_have_text("✓ knew it")
    expect(page.locator("details.cover")).to_have_count(2)
    page.locator("details.cover").first.locator("summary").press("Enter")
    page.locator("details.cover").first.get_by_role("button", name="Did not").press("Enter")
    expect(page.locator(".compare-wrong")).to_have_text("✗ comes again soon")
    page.goto("/compare/")
    expect(page.get_by_role("progressbar", name="Scaling policies: cells you remember")).to_be_visible()


def test_rows_and_columns_are_chosen_and_which_one_is_asked(visit):
    page = visit("/compare/log-drivers/")
    page.get_by_text("Choose rows and columns").press("Enter")
    page.get_by_label("splunk", exact=True).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("thead th")).to_have_text(["splunk"])
    page.get_by_role("link", name="Which one?").click()
    page.get_by_label("awslogs", exact=True).check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".compare-right")).to_have_text("✓ it is this one")
    page.get_by_role("link", name="The next one").click()
    expect(page.get_by_role("button", name="Check")).to_be_visible()


def test_a_text_is_dragged_to_its_column(visit):
    page = visit("/compare/launch-types/?mode=place&seed=4", size=(1280, 900))
    row = page.locator("table.compare tbody tr").first
    row.locator("[data-letter=A]").drag_to(row.locator("td").nth(0))
    expect(row.locator("select").nth(0)).to_have_value("A")
    row.locator("[data-letter=A]").drag_to(row.locator("td").nth(1))
    expect(row.locator("select").nth(0)).to_have_value("")
    expect(row.locator("select").nth(1)).to_have_value("A")
