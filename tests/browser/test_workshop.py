"""The workshop in a real browser: predict and run, by keyboard, without JavaScript, on a phone, shared by address."""

import re

import pytest
from playwright.sync_api import expect

from studyapp.labs.workshop.benches import LABS
from tests.browser.conftest import PHONE

NARROW = (320, 700)


def test_predict_run_and_compare_by_keyboard(visit):
    page = visit("/labs/deployment/?preset=limits")
    expect(page.locator(".workshop-answer")).to_contain_text("Predict it, then press Run")
    guess = page.get_by_label("Predict: How many tasks must stay healthy?")
    guess.press_sequentially("2")
    guess.press("Enter")
    expect(page.locator(".flash-warning")).to_contain_text("You said 2. It is 3.")
    page.get_by_label("Beside it, a wrong rule").focus()
    page.get_by_label("Beside it, a wrong rule").select_option("minimum_rounds_down")
    page.get_by_role("button", name="Run").press("Enter")
    expect(page.locator(".refutation")).to_contain_text("By that rule: 2")


def test_a_case_is_shared_by_its_address(visit):
    page = visit("/labs/capacity/?preset=shop")
    page.get_by_label("Tasks", exact=True).fill("44")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".workshop-value")).to_have_text("14")
    other = visit(re.sub(r"^https?://[^/]+", "", page.url))
    expect(other.locator(".workshop-value")).to_have_text("14")
    page.reload()
    expect(page.locator(".workshop-value")).to_have_text("14")


def test_rows_are_added_and_removed_without_javascript_on_a_phone(visit):
    page = visit("/labs/image/?preset=scale-out", javascript=False, size=PHONE)
    rows = page.locator(".workshop-row:not(.workshop-beside)")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Add event").click()
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Remove event 5").click()
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".workshop-value")).to_have_text("1")


def test_a_wrong_field_is_told_there_and_nothing_is_lost(visit):
    page = visit("/labs/deployment/?preset=usual", allowed=("status of 400", "Error Code 400"))
    page.get_by_label("desiredCount", exact=True).fill("four")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text('desiredCount must be a whole number, not "four".')).to_be_visible()
    expect(page.get_by_label("desiredCount", exact=True)).to_have_value("four")
    expect(page.get_by_label("maximumPercent")).to_have_value("200")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_lab_has_a_barrier_and_none_is_too_wide(visit, violations, scheme):
    page = visit("/labs/", axe=True, scheme=scheme, size=NARROW)
    assert violations(page) == []
    for lab in LABS.values():
        for bench in lab.benches:
            example = next((each for each in lab.examples if each.family == bench.family), lab.examples[0])
            page.goto(f"/labs/{lab.key}/?preset={example.key}&run=1")
            assert violations(page) == [], example.key
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, example.key


def test_needs_are_checked_by_keyboard_and_the_board_follows(visit):
    page = visit("/labs/eks/?preset=gpu-spot")
    page.get_by_label("windows", exact=True).press("Space")
    page.get_by_role("button", name="Run", exact=True).press("Enter")
    expect(page.locator(".board tbody tr").last).to_contain_text("All of it")
    expect(page.locator(".board tbody tr").last.locator(".mark-yes")).to_have_count(2)
    expect(page).to_have_url(re.compile("needs.windows=1"))


def test_a_door_is_closed_and_mended_without_javascript_on_a_phone(visit):
    page = visit("/labs/network/?preset=fargate&run=1", javascript=False, size=PHONE)
    expect(page.locator(".stop-yes")).to_have_count(5)
    page.locator("#task_rules\\.0\\.from").fill("443")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".stop-no .stop-mark")).to_have_text("closed")
    expect(page.get_by_text("Let the security group of the balancer in on port 8080")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_definition_is_pasted_and_its_faults_are_told(visit):
    page = visit("/labs/logs/")
    page.get_by_text("Paste AWS’s own JSON").click()
    page.locator("#json").fill(
        '{"requiresCompatibilities": ["FARGATE"], "containerDefinitions":'
        ' [{"name": "a", "logConfiguration": {"logDriver": "syslog"}}]}'
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.locator(".stop-no")).to_contain_text("The driver syslog does not work on Fargate.")


def test_a_load_curve_is_drawn_with_the_pointer(visit):
    page = visit("/labs/scaling/?preset=rush")
    before = page.locator("#load").input_value()
    easel = page.locator(".easel")
    easel.scroll_into_view_if_needed()
    box = easel.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5, steps=8)
    page.mouse.up()
    drawn = [int(value) for value in page.locator("#load").input_value().split(", ")]
    assert ", ".join(map(str, drawn)) != before
    first = drawn[: len(drawn) // 2]
    assert first == sorted(first)
    assert first[0] < 40 < 300 < first[-1]
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".workshop-value")).to_be_visible()


def test_tasks_are_slid_and_the_split_follows(visit):
    page = visit("/labs/capacity/?preset=shop&run=1")
    expect(page.locator(".workshop-value")).to_have_text("9")
    slider = page.get_by_role("slider", name="Tasks, slider")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    expect(page.locator("#tasks")).to_have_value("44")
    expect(page.locator(".workshop-value")).to_have_text("14")
