"""Quizzes in a real browser: by keyboard, without JavaScript, on a phone, in two tabs, after a reload."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.browser.conftest import PHONE

NARROW = (320, 700)


def begin(page: Page, number: int, **more: str) -> None:
    """Begin a quiz of so many questions from its page."""
    page.get_by_label("Questions", exact=True).fill(str(number))
    if more:
        page.get_by_text("Choose topics and more").click()
        for label in more.values():
            page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Surprise me").click()
    expect(page.locator(".stem")).to_be_visible()


def how_many(group: Locator) -> int:
    """Give how many options a group wants chosen."""
    wanted = re.search(r"Choose (TWO|THREE|FOUR)", group.locator("legend").inner_text())
    return {"TWO": 2, "THREE": 3, "FOUR": 4}[wanted[1]] if wanted else 1


def choose(page: Page) -> None:
    """Choose something that is an answer, whatever kind of question it is."""
    if page.locator("[data-number]").count():
        page.locator("[data-number]").fill("3")
    elif selects := page.locator("select[name=answer]").all():
        for number, select in enumerate(selects):
            values = [each.get_attribute("value") or "" for each in select.locator("option").all()]
            select.select_option(values[1 + number % (len(values) - 1)])
    else:
        for group in page.locator("fieldset").all():
            for box in group.locator("input[name^=answer]").all()[: how_many(group)]:
                box.press("Space")  # which hits it wherever a swap has just moved it


def choose_by_keys(page: Page) -> None:
    """Choose something by the keyboard alone."""
    for number, select in enumerate(page.locator("select[name=answer]").all()):
        select.focus()
        for _ in range(number + 1):
            page.keyboard.press("ArrowDown")
    for group in page.locator("fieldset").all():
        for box in group.locator("input").all()[: how_many(group)]:
            box.focus()
            page.keyboard.press("Space")


def check(page: Page) -> None:
    """Send the answer and wait for the feedback."""
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".solution")).to_be_visible()


def test_a_whole_quiz_by_keyboard(visit):
    page = visit("/quiz/")
    page.get_by_label("Questions", exact=True).fill("3")
    page.get_by_role("button", name="Surprise me").press("Enter")
    expect(page.locator(".stem")).to_be_visible()
    for _ in range(9):  # three, and those that a misconception brings
        if page.locator("[data-number]").count():
            page.locator("[data-number]").press_sequentially("2")
            page.keyboard.press("Enter")
        else:
            choose_by_keys(page)
            page.get_by_role("button", name="Check").press("Enter")
        expect(page.locator(".solution")).to_be_visible()
        page.locator(".solution").focus()
        at_end = page.get_by_role("link", name="To the review").count()
        page.keyboard.press("Space")  # next
        if at_end:
            break
        expect(page.locator(".solution")).to_have_count(0)
        expect(page.locator(".stem")).to_be_visible()
    expect(page.get_by_role("heading", name="Every question")).to_be_visible()


def test_a_whole_quiz_without_javascript_on_a_phone(visit):
    page = visit("/quiz/", javascript=False, size=PHONE)
    begin(page, 3)
    for _ in range(9):
        choose(page)
        check(page)
        if (following := page.get_by_role("link", name="Next")).count():
            following.click()
            expect(page.locator(".stem")).to_be_visible()
        else:
            break
    page.get_by_role("link", name="To the review").click()
    expect(page.get_by_role("heading", name="Every question")).to_be_visible()
    page.get_by_role("button", name="Another one like it").click()
    expect(page.locator(".stem")).to_be_visible()


def test_a_quiz_survives_reload_back_and_a_closed_laptop(visit):
    page = visit("/quiz/")
    begin(page, 4)
    stem = page.locator(".stem").inner_text()
    page.reload()
    assert page.locator(".stem").inner_text() == stem
    choose(page)
    check(page)
    told = page.locator(".outcome").inner_text()
    page.reload()
    assert page.locator(".outcome").inner_text() == told
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".outcome")).to_have_count(0)
    second = page.locator(".stem").inner_text()
    page.go_back()
    expect(page.locator(".outcome")).to_have_text(told)
    page.goto("/quiz/")  # later, from the front door
    page.locator(".link-list a").first.click()
    expect(page.locator(".stem")).to_have_text(second)


def test_two_tabs_answer_one_question_once(visit):
    page = visit("/quiz/", allowed=("status of 409", "Error Code 409"))
    begin(page, 2)
    other = page.context.new_page()
    other.goto(page.url)
    choose(page)
    check(page)
    told = page.locator(".outcome").inner_text()
    choose(other)
    other.get_by_role("button", name="Check").click()
    expect(other.locator("main")).to_contain_text("You answered this question already")
    expect(other.locator(".outcome")).to_have_text(told)


def test_the_key_is_in_nothing_that_is_sent_before_the_answer(visit):
    page = visit("/")
    sent: list[str] = []

    def keep(response: Response) -> None:
        if "text/html" in response.headers.get("content-type", "") and response.status == 200:
            sent.append(response.text())

    page.goto("/quiz/")
    page.on("response", keep)
    begin(page, 4)
    before = "\n".join(sent)
    choose(page)
    check(page)
    page.remove_listener("response", keep)
    explanation = page.locator(".explanation").inner_text().strip()
    assert explanation
    assert explanation[:40] not in re.sub(r"<[^>]+>", "", before)
    for sign in ("data-right", "data-key", "is-right", "outcome-right", "misconception", "predictions", "seed="):
        assert sign not in before.replace("/quiz/misconceptions/", "")


def test_a_case_opens_in_its_simulator_and_leads_back(visit):
    page = visit("/quiz/")
    begin(page, 1, kind="Scenario")
    choose(page)
    check(page)
    address = page.url
    page.get_by_role("link", name="Open in the simulator").click()
    expect(page).to_have_url(re.compile(r"/labs/[a-z]+/\?"))
    page.get_by_role("link", name="Back to the question").click()
    expect(page).to_have_url(address)
    expect(page.locator(".solution")).to_be_visible()


def test_a_test_tells_at_the_end_and_lets_answers_change(visit):
    page = visit("/quiz/")
    begin(page, 2, mode="Test: feedback at the end")
    first = page.url
    choose(page)
    page.get_by_role("button", name="Answer").click()
    expect(page).not_to_have_url(first)
    expect(page.locator(".solution")).to_have_count(0)
    page.goto(first)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Finish the test").click()
    expect(page.get_by_role("heading", name="Every question")).to_be_visible()


def test_an_answer_that_is_none_is_told_at_the_question(visit):
    page = visit("/quiz/", allowed=("status of 400", "Error Code 400"))
    begin(page, 1)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_be_visible()
    choose(page)
    check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_barrier(visit, violations: Callable[[Page], list[str]], scheme):
    page = visit("/quiz/", axe=True, scheme=scheme)
    assert violations(page) == []
    begin(page, 6)
    for _ in range(4):
        assert violations(page) == []
        choose(page)
        check(page)
        for summary in page.locator(".solution details > summary").all()[:3]:
            summary.click()
        assert violations(page) == []
        page.get_by_role("link", name="Next").click()
        expect(page.locator(".solution")).to_have_count(0)
    page.get_by_role("button", name="Stop here").click()
    assert violations(page) == []
    page.goto("/quiz/misconceptions/")
    assert violations(page) == []
    page.goto("/labs/bench/")
    assert violations(page) == []


def test_nothing_is_wider_than_the_narrowest_phone(visit):
    page = visit("/quiz/", size=NARROW)
    begin(page, 6)
    for _ in range(5):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        choose(page)
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("link", name="Next").click()
        expect(page.locator(".solution")).to_have_count(0)
    page.goto("/labs/bench/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
