"""What a learner does in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE

NARROW = (320, 700)


def code(page: Page) -> str:
    """Give the code of the card that is shown."""
    return page.locator(".card .card-code").inner_text()


def left(page: Page) -> int:
    """Give how many cards wait, as the head of the session counts them."""
    return sum(int(number) for number in page.locator(".session-head .counts b").all_inner_texts())


def press(page: Page, key: str) -> None:
    """Press a key of the session, after leaving the answer field if the card has one."""
    if page.locator("[data-typed]").count():
        # The focus comes a moment after the card.
        expect(page.locator("[data-typed]:focus, [data-focus]:focus")).to_have_count(1)
        page.keyboard.press("Escape")
    page.keyboard.press(key)


def test_a_whole_session_by_keyboard(visit):
    page = visit("/")
    page.get_by_role("link", name="Start with the first card").press("Enter")
    expect(page.locator(".card-front")).to_be_visible()
    first = code(page)
    page.keyboard.press("Space")  # show the answer
    expect(page.locator(".rating-row")).to_be_visible()
    assert code(page) == first
    assert page.locator(".rating-interval").all_inner_texts()[0] == "1m"
    page.keyboard.press("3")  # Good
    expect(page.locator(".card-front")).to_be_visible()
    second = code(page)
    assert second != first
    press(page, "u")  # undo
    expect(page.locator("main")).to_contain_text("Undone: Good")
    assert code(page) == first
    page.keyboard.press("Space")
    expect(page.locator(".rating-row")).to_be_visible()
    page.keyboard.press("4")  # Easy
    expect(page.locator(".card-front")).to_be_visible()
    assert code(page) == second
    press(page, "b")  # bury
    expect(page.locator("main")).to_contain_text("Buried")
    third = code(page)
    press(page, "s")  # suspend
    expect(page.locator("main")).to_contain_text("Suspended")
    assert code(page) != third
    press(page, "?")  # the keys
    expect(page.locator(".keys dl")).to_be_visible()
    press(page, "Space")
    expect(page.locator(".rating-row")).to_be_visible()
    press(page, "e")  # the fact
    expect(page).to_have_url(re.compile(r"/facts/[NA]\d{3}/$"))


def test_undo_survives_a_reload(visit):
    page = visit("/review/")
    first = code(page)
    page.keyboard.press("Space")
    page.locator(".rating-2").click()
    expect(page.locator(".card-front")).to_be_visible()
    page.reload()
    press(page, "u")
    expect(page.locator("main")).to_contain_text("Undone: Hard")
    assert code(page) == first


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_session_without_javascript(visit, size):
    page = visit("/review/", javascript=False, size=size)
    seen = []
    for rating in (".rating-3", ".rating-1", ".rating-4"):
        seen.append(code(page))
        page.get_by_role("button", name="Show answer").click()
        page.locator(rating).click()
    assert len(set(seen)) == 3
    page.get_by_role("button", name="Undo").click()
    assert code(page) == seen[-1]
    page.get_by_role("button", name="Suspend").click()
    expect(page.locator("main")).to_contain_text("Suspended")
    page.goto(page.url.split("/review/")[0] + "/cards/?state=suspended")
    page.get_by_role("button", name="Bring back").first.click()
    expect(page.locator("main")).to_contain_text("done")


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["390", "320"])
def test_a_session_on_a_phone_stays_within_the_screen(visit, size):
    page = visit("/review/", size=size)
    for _ in range(3):
        page.get_by_role("button", name="Show answer").click()
        expect(page.locator(".rating-row")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for button in page.locator(".rating").all():
            box = button.bounding_box()
            assert box["height"] >= 44
            assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0]
        page.locator(".rating-3").click()
        expect(page.locator(".card-front")).to_be_visible()


def test_two_tabs_give_one_review_and_a_clear_page(visit):
    one = visit("/review/", allowed=("409",))
    one.keyboard.press("Space")
    one.locator(".rating-3").click()
    expect(one.locator(".card-front")).to_be_visible()
    two = one.context.new_page()
    two.goto(one.url)
    assert code(two) == code(one)
    for tab in (one, two):
        tab.get_by_role("button", name="Show answer").click()
        expect(tab.locator(".rating-row")).to_be_visible()
    one.locator(".rating-4").click()
    expect(one.locator(".card-front")).to_be_visible()
    two.locator(".rating-1").click()
    expect(two.locator(".session-notice")).to_contain_text("You have answered that card already, with Easy")
    assert code(two) == code(one)


def test_back_after_an_answer_shows_where_the_session_stands(visit):
    page = visit("/")
    page.get_by_role("link", name="Start with the first card").click()
    page.get_by_role("button", name="Show answer").click()
    page.locator(".rating-4").click()
    expect(page.locator(".card-front")).to_be_visible()
    shown = code(page)
    page.get_by_role("link", name="Topics").first.click()
    page.go_back()
    assert code(page) == shown


def test_a_double_click_counts_once(visit):
    page = visit("/review/")
    before = left(page)
    page.get_by_role("button", name="Show answer").click()
    page.locator(".rating-4").dblclick()
    expect(page.locator(".card-front")).to_be_visible()
    page.reload()
    assert left(page) == before - 1
    assert page.get_by_role("progressbar").get_attribute("value") == "1"


def test_a_guest_signs_up_and_keeps_the_progress_on_another_device(visit, study_server):
    page = visit("/review/")
    page.get_by_role("button", name="Show answer").click()
    page.locator(".rating-4").click()
    expect(page.locator(".card-front")).to_be_visible()
    page.goto(study_server.url + "/account/signup/")
    name = f"ada-{study_server.url.rsplit(':', 1)[1]}-{id(page)}"
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password").fill("quay-side-4711")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    phone = visit("/account/login/", size=PHONE)
    phone.get_by_label("Name or e-mail address").fill(name)
    phone.get_by_label("Password").fill("quay-side-4711")
    phone.get_by_role("button", name="Log in").click()
    phone.goto(study_server.url + "/cards/")
    expect(phone.locator(".card-row")).to_have_count(1)


def test_the_browsers_time_zone_is_taken_with_the_first_answer(visit, study_server):
    page = visit("/review/")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    page.get_by_role("button", name="Show answer").click()
    page.locator(".rating-3").click()
    expect(page.locator(".card-front")).to_be_visible()
    page.goto(study_server.url + "/account/")
    expect(page.locator("main")).to_contain_text(zone)


def test_search_finds_as_one_types_and_without_javascript(visit):
    page = visit("/search/")
    page.locator("#q").press_sequentially("persistent stor", delay=20)
    expect(page.locator(".result").first).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    plain = visit("/search/", javascript=False)
    plain.locator("#q").fill("persistnet storage")
    plain.get_by_role("button", name="Search").last.click()
    expect(plain.locator("main")).to_contain_text("Showing results for persistent storage")


def test_a_recall_prompt_hides_its_fact_until_asked(visit):
    page = visit("/topics/eks-storage/")
    prompt = page.locator("details.recall").first
    expect(prompt.locator(".statement")).to_be_hidden()
    prompt.locator("summary").click()
    expect(prompt.locator(".statement")).to_be_visible()


def test_a_typed_answer_is_compared_and_enter_sends_it(visit):
    page = visit("/review/")
    for _ in range(30):
        if page.locator("[data-typed]").count():
            break
        page.keyboard.press("Space")
        page.locator(".rating-4").click()
        expect(page.locator(".card-front")).to_be_visible()
    page.locator("[data-typed]").fill("surely not this")
    page.keyboard.press("Enter")
    expect(page.locator(".typed-wrong")).to_contain_text("You typed")
    expect(page.locator(".typed-wrong ins, .typed-wrong del").first).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".card-front")).to_be_visible()


def test_a_cram_session_writes_nothing_and_goes_back_and_forth(visit, study_server):
    page = visit("/cram/")
    page.get_by_label("How many at most").select_option("10")
    page.get_by_role("button", name="Start").click()
    first = code(page)
    page.keyboard.press("Space")
    expect(page.locator(".rating-row")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".session-head")).to_contain_text("2 of 10")
    page.go_back()
    expect(page.locator(".rating-row")).to_be_visible()
    page.go_back()
    expect(page.locator(".card-front")).to_be_visible()
    assert code(page) == first
    page.goto(study_server.url + "/cards/")
    expect(page.locator("main")).to_contain_text("No cards met yet")


def test_a_drill_of_confused_pairs_by_keyboard_and_back(visit):
    page = visit("/pairs/")
    page.get_by_role("link", name="Drill all of them").press("Enter")
    expect(page.locator(".count").first).to_contain_text("1 of 20")
    first = page.locator(".card-question").inner_text()
    page.keyboard.press("1")
    expect(page.locator(".card-answer")).to_be_visible()
    assert page.locator(".card-question").inner_text() == first
    page.keyboard.press("Space")
    expect(page.locator(".count").first).to_contain_text("2 of 20")
    assert page.locator(".card-question").inner_text() != first
    page.go_back()
    expect(page.locator(".card-answer")).to_be_visible()
    page.go_back()
    expect(page.locator(".count").first).to_contain_text("1 of 20")
    assert page.locator(".card-question").inner_text() == first


def test_a_diagram_is_drawn_in_the_colours_of_the_page(visit):
    painted = {}
    for scheme in ("light", "dark"):
        page = visit("/topics/capacity/", scheme=scheme)
        figure = page.locator("figure.diagram").first
        figure.scroll_into_view_if_needed()
        expect(figure.get_by_role("img")).to_have_accessible_name(re.compile("base"))
        box = figure.locator("use").bounding_box()
        assert box["width"] > 200  # an empty drawing has no size
        painted[scheme] = figure.locator("svg").screenshot()
        figure.get_by_text("In words").click()
        expect(figure).to_contain_text("Ten tasks are placed")
    assert painted["light"] != painted["dark"]


PAGES = [
    "/", "/topics/", "/topics/eks-storage/", "/topics/eks-nodes/", "/facts/", "/facts/?verdict=all", "/facts/N134/",
    "/glossary/", "/search/?q=storage", "/search/?q=zzzzqqq", "/review/", "/cards/", "/cards/leeches/", "/cram/",
    "/cram/?start=1&size=10&scope=all", "/topics/capacity/", "/pairs/", "/pairs/drill/?seed=7",
    "/pairs/drill/?seed=7&answer=left", "/settings/", "/account/", "/account/login/", "/account/signup/",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(visit, violations, scheme, study_server):
    page = visit("/review/", scheme=scheme, axe=True)
    found = {}
    # A learner with something on every page.
    for _ in range(2):
        page.get_by_role("button", name="Show answer").click()
        expect(page.locator(".rating-row")).to_be_visible()
        found |= {f"/review/ revealed {code(page)}": violations(page)}
        page.locator(".rating-3").click()
        expect(page.locator(".card-front")).to_be_visible()
    for path in PAGES:
        page.goto(study_server.url + path)
        found[path] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_at_320_px(visit, path):
    page = visit(path, size=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
