"""The placement lab in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE

LAB = "/labs/placement/?preset=funnel"


def title(page: Page) -> str:
    """Give the title of the step that is shown."""
    return page.locator(".lab-told h2").inner_text()


def test_predict_run_and_compare(visit):
    page = visit(LAB)
    expect(page.locator(".predict")).to_contain_text("where does task 1 go?")
    page.get_by_role("button", name=re.compile("Here.*i-6")).click()  # its agent is disconnected
    expect(page.locator(".flash-warning")).to_contain_text("i-6 dropped out at “Requirements”: AGENT")
    expect(page.locator(".box-picked")).to_have_count(1)
    goes = page.locator(".box-picked .box-name").inner_text()
    page.get_by_role("button", name="Step back").click()
    expect(page.locator(".box-picked")).to_have_count(0)
    assert title(page).startswith("Task 1: Strategy")
    page.get_by_role("button", name="Next step").click()
    expect(page.locator(".box-picked .box-name")).to_have_text(goes)
    page.locator("summary", has_text="Compare with other strategies").click()
    page.locator("#o-strategy-1").select_option("binpack cpu")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".side")).to_have_count(2)
    expect(page.locator(".side h3").nth(1)).to_have_text("binpack cpu")


def test_stepping_by_keyboard_to_the_end_and_back(visit):
    page = visit(LAB)
    count = int(re.search(r"of (\d+)", page.locator(".lab-scrub label").inner_text())[1])
    for number in range(1, count + 1):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".lab-scrub label")).to_have_text(f"Step {number} of {count}")
    assert title(page) == "Task 3 is placed"
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".lab-scrub label")).to_have_text(f"Step {count - 1} of {count}")
    page.go_back()
    expect(page.locator(".lab-scrub label")).to_have_text(f"Step {count} of {count}")


def test_a_dropped_instance_says_why_in_the_picture_and_in_the_table(visit):
    page = visit("/labs/placement/?preset=requirements&at=1")
    expect(page.locator(".box-dropped")).to_have_count(5)
    expect(page.locator(".box-stays .box-name")).to_have_text(["i-5"])
    page.locator("summary", has_text="The same as a table").click()
    row = page.get_by_role("row", name=re.compile("^i-6"))
    expect(row).to_contain_text("dropped: RESOURCE:PORTS: taken: 8080/tcp")


def test_play_goes_on_by_itself_until_somebody_presses_something(visit):
    page = visit(LAB)
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".lab-scrub label")).to_contain_text("Step 2 of", timeout=8000)
    page.get_by_role("button", name="Pause").click()
    stopped = page.locator(".lab-scrub label").inner_text()
    page.wait_for_timeout(2500)
    assert page.locator(".lab-scrub label").inner_text() == stopped


def test_an_address_shows_the_same_in_another_browser(visit):
    page = visit(LAB)
    page.locator("#r-count").fill("5")
    page.locator("#r-memory").fill("2048")
    page.get_by_role("button", name="Place again").click()
    expect(page.locator(".lab-told")).to_contain_text("5 tasks are to be placed")
    for _ in range(3):
        page.get_by_role("button", name="Next step").click()
        page.wait_for_load_state("networkidle")
    shown = page.locator("#lab").inner_text()
    other = visit(page.url.split("/", 3)[3].join(["/", ""]))
    assert other.locator("#lab").inner_text() == shown


def test_the_query_language_is_checked_as_one_types(visit):
    page = visit("/labs/placement/?preset=member-of")
    field = page.locator("#r-expression")
    field.fill("attribute:ecs.instance-type =~ m5.*")
    expect(page.locator("#match")).to_contain_text("i-2")
    field.fill("attribute:ecs.instance-type =~")
    expect(page.locator("#match .error")).to_be_visible()
    expect(page.locator("#match .caret")).to_contain_text("^")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_lab_without_javascript(visit, size):
    page = visit(LAB, javascript=False, size=size, allowed=("status of 400",))
    page.get_by_role("button", name=re.compile("Here.*i-2")).click()
    expect(page.locator(".box-picked")).to_have_count(1)
    expect(page.locator(".lab-told")).to_contain_text("You said i-2.")
    page.get_by_role("button", name="Last step").click()
    assert title(page) == "Task 3 is placed"
    page.locator("summary", has_text="The cluster").click()
    page.locator("summary", has_text="i-4 in").click()
    page.get_by_role("button", name="Drain").first.click()
    expect(page.locator(".box-flags").first).to_be_visible()
    if not page.locator("#r-count").is_visible():
        page.locator("summary", has_text="The request").click()
    page.locator("#r-count").fill("many")
    page.get_by_role("button", name="Place again").click()
    expect(page.locator(".lab-fields .error").first).to_contain_text("must be a whole number, not “many”")
    assert page.locator("#r-count").input_value() == "many"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lab_has_no_accessibility_violation(visit, violations, scheme, study_server):
    page = visit("/labs/", scheme=scheme, axe=True, allowed=("status of 400",))
    found = {"/labs/": violations(page)}
    for path in (
        "preset=funnel",
        "preset=funnel&at=3",
        "preset=requirements&at=1",
        "preset=chain&at=99",
        "op=drain&id=x",
    ):
        page.goto(f"{study_server.url}/labs/placement/?{path}")
        for summary in page.locator("summary").all():
            if not summary.evaluate("element => element.parentElement.open"):
                summary.click()
        found[path] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("path", ["/labs/", LAB, "/labs/placement/?preset=chain&at=5"])
def test_the_lab_stays_within_the_screen_at_320_px(visit, path):
    page = visit(path, size=(320, 700))
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
