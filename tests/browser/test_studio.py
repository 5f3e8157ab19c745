"""The studio as instructors use it: mending, two at once, restoring, by keyboard alone, and without JavaScript."""

import re
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import DESKTOP
from tests.browser.test_quiz import begin, check, choose
from tests.running import manage

SMALL = (320, 720)


@pytest.fixture(scope="session")
def password_of(study_server):
    """Give an instructor's password; the instructor is made when first asked for."""
    made = {}

    def find(name):
        if name not in made:
            said = manage(study_server.environment, "instructor", name).stdout
            made[name] = re.search(r"shown once: (\S+)", said)[1]
        return made[name]

    return find


@pytest.fixture
def instructor(password_of, visit):
    """Give a page of a signed-in instructor."""

    def open_as(name, path, **options):
        page = visit(f"/account/login/?{urlencode({'next': path})}", **options)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password_of(name))
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda address: "/account/login/" not in address)
        return page

    return open_as


def saved(page):
    """Wait until what was typed is saved and shown."""
    page.get_by_text("Draft saved").wait_for()
    page.wait_for_load_state("networkidle")


def test_a_sentence_is_mended_by_keyboard_alone_in_under_a_minute(instructor):
    page = instructor("mia", "/facts/N030/")
    page.keyboard.press("e")
    page.wait_for_url("**/studio/fact/N030/**")
    statement = page.get_by_label("Statement")
    before = statement.input_value()
    for _ in range(40):
        page.keyboard.press("Tab")
        if statement.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.press("Control+End")
    page.keyboard.type(" Mended here.")
    page.locator("#side").get_by_text("Mended here.").wait_for()
    assert page.locator("#side").get_by_text("Ready to be published").is_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/facts/N030/")
    assert page.locator(".fact-single .statement").first.inner_text().endswith("Mended here.")
    assert page.get_by_role("status").first.inner_text() == "Published: N030."
    page.goto("/studio/fact/N030/history/")
    page.get_by_role("button", name="Restore version 1").click()
    page.wait_for_url("**/studio/fact/N030/")
    assert page.get_by_label("Statement").input_value() == before
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_text("Published: N030.").wait_for()
    assert "Mended here." not in page.get_by_label("Statement").input_value()


def test_two_editors_of_one_sentence(instructor):
    ours, theirs = instructor("mia", "/studio/fact/N031/"), instructor("noa", "/studio/fact/N031/", allowed=("409",))
    ours.get_by_label("Why").fill("Mia's why.")
    saved(ours)
    theirs.get_by_label("Question before it").fill("Noa's question?")
    saved(theirs)
    theirs.reload()
    assert theirs.get_by_text("mia has a draft of this fact too").is_visible()
    ours.get_by_role("button", name="Publish").first.click()
    ours.get_by_text("Published: N031.").wait_for()
    theirs.get_by_role("button", name="Publish").first.click()
    theirs.get_by_text("was published by mia").wait_for()
    theirs.get_by_role("link", name="See what changed").click()
    assert theirs.locator(".differences ins").first.inner_text() == "Mia's why"
    theirs.go_back()
    theirs.get_by_role("button", name="Take the change into my draft").click()
    theirs.get_by_text("now builds on version").wait_for()
    assert theirs.get_by_label("Why").input_value() == "Mia's why."
    theirs.get_by_role("button", name="Publish").first.click()
    theirs.get_by_text("Published: N031.").wait_for()
    assert theirs.get_by_label("Question before it").input_value() == "Noa's question?"
    ours.reload()
    assert ours.get_by_label("Question before it").input_value() == "Noa's question?"


def test_one_editor_in_two_windows(instructor):
    one = instructor("mia", "/studio/fact/N032/", allowed=("409",))
    other = one.context.new_page()
    other.goto("/studio/fact/N032/")
    one.get_by_label("Why").fill("In one window.")
    saved(one)
    other.get_by_label("Why").fill("In the other.")
    other.get_by_text("saved from another window").wait_for()
    assert other.get_by_label("Why").input_value() == "In the other."
    other.get_by_role("button", name="Keep what stands here").click()
    other.get_by_text("The draft is saved").wait_for()
    one.reload()
    assert one.get_by_label("Why").input_value() == "In the other."
    one.get_by_role("button", name="Throw the draft away").click()
    one.get_by_text("The draft was thrown away").wait_for()


def test_without_javascript_everything_is_there(instructor):
    page = instructor("mia", "/studio/card/N033-a/", javascript=False, allowed=("400",))
    page.get_by_label("Reason").fill("<b>no</b>")
    page.get_by_role("button", name="Publish").first.click()
    assert "holds the HTML tag" in page.locator("#side").inner_text()
    assert page.get_by_label("Reason").input_value() == "<b>no</b>"
    page.get_by_label("Reason").fill("So that it is told.")
    page.get_by_role("button", name="Save draft").first.click()
    assert "The draft is saved" in page.get_by_role("status").first.inner_text()
    assert "So that it is told." in page.locator(".preview").inner_text()
    page.get_by_role("button", name="Throw the draft away").click()


PAGES = [
    "/studio/", "/studio/coverage/", "/studio/answers/", "/studio/reports/", "/studio/files/", "/studio/new/question/",
    "/studio/families/", "/studio/fact/N030/", "/studio/fact/N030/history/", "/studio/fact/N030/retire/",
    "/studio/fact/N030/preview/", "/studio/question/s-binpack-by-memory/", "/studio/table/log-drivers/",
    "/studio/topic/task-placement/", "/studio/card/N030-a/",
]  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (SMALL, "dark")], ids=["desktop", "phone"])
def test_every_page_of_the_studio_is_for_everybody(instructor, violations, size, scheme):
    page = instructor("mia", "/studio/", size=size, scheme=scheme, axe=True)
    wrong = []
    for path in PAGES:
        page.goto(path)
        wrong += [f"{path}: {each}" for each in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path}: wider than the window")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "where", "opens"),
    [
        ("/topics/task-placement/", "#N031 .fact-head", "/studio/fact/N031/"),
        ("/facts/?verdict=all&topic=task-placement", "section.fact >> nth=1", "/studio/fact/"),
        ("/facts/N030/", "#N030-b", "/studio/card/N030-b/"),
        ("/compare/log-drivers/", "h1", "/studio/table/log-drivers/"),
        ("/glossary/", ".glossary dt >> nth=0", "/studio/term/"),
        ("/review/?topic=task-placement", ".card", "/studio/card/"),
    ],
)
def test_e_opens_what_is_under_the_pointer_and_leads_back(instructor, path, where, opens):
    page = instructor("mia", path)
    page.locator(where).hover()
    page.keyboard.press("e")
    page.wait_for_url(f"**{opens}**")
    page.get_by_role("link", name="Back", exact=True).click()
    page.wait_for_url(f"**{path.split('?')[0]}**")


def test_a_scenario_is_written_from_nothing_drawn_proved_and_published(instructor):
    page = instructor("mia", "/studio/families/")
    page.get_by_role("link", name="deployment.bounds").click()
    page.get_by_role("link", name="New question with it").click()
    page.get_by_label("Key").fill("s-written-here")
    page.get_by_label("Topic").select_option("service-updates")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/studio/question/s-written-here/")
    page.get_by_label("Template").fill(
        "family: deployment.bounds\n"
        "let:\n  desired: {between: [4, 40]}\n  minimum: {choose: [30, 40, 55, 65, 70, 75]}\n"
        "given:\n  scheduling: REPLICA\n  desired: {var: desired}\n"
        "  min_healthy_percent: {var: minimum}\n  max_percent: 200\n"
        "ask: lower\nshow: numeric\nunit: tasks\nmisconceptions: [minimum_rounds_down]\n"
    )
    page.get_by_label("Stem").fill("Of {desired} tasks {minimum} percent stay healthy. How many are that at least?")
    page.get_by_label("Explanation").fill("The lower limit is rounded up: {key}.")
    page.locator("#f-facts").fill("A102\nN100")
    page.locator("#side").get_by_text("Ready to be published").wait_for()
    page.get_by_role("button", name="Draw it").click()
    page.locator("#drawn").get_by_role("heading", name="Key").wait_for()
    assert page.locator("#drawn").get_by_text("minimum_rounds_down").first.is_visible()
    page.get_by_role("button", name="Prove the laws").click()
    page.locator("#proved").get_by_text("All 200 seeds keep the laws").wait_for(timeout=60_000)
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_text("Published: s-written-here").wait_for()
    page.get_by_role("link", name="Retire").click()
    page.get_by_role("button", name="Retire it").click()
    page.get_by_text("s-written-here is retired").wait_for()


def test_a_report_is_mended_published_and_closed_in_six_actions(instructor, visit):
    learner = visit("/quiz/")
    begin(learner, 1)
    choose(learner)
    check(learner)
    learner.get_by_text("Report a problem with this question").click()
    learner.get_by_label("What is wrong?").fill("The explanation names nothing.")
    learner.get_by_role("button", name="Send").click()
    page = instructor("mia", "/studio/")
    actions = [
        lambda: page.get_by_role("navigation", name="Studio").get_by_role("link", name="Reports").click(),
        lambda: page.get_by_role("link", name="Mend it").first.click(),
        lambda: page.get_by_label("Explanation").fill("It names something now."),
        lambda: page.get_by_role("button", name="Publish").first.click(),
        lambda: page.get_by_label("Your answer").fill("Thank you: it is mended."),
        lambda: page.get_by_role("button", name="Close").click(),
    ]
    assert len(actions) == 6
    for act in actions:
        act()
        page.wait_for_load_state()
    page.get_by_text("closed", exact=False).first.wait_for()
    learner.goto("/quiz/")
    assert "answered" in learner.locator("main").inner_text()
    learner.get_by_role("link", name="read the answer").click()
    assert "Thank you: it is mended." in learner.locator("main").inner_text()


def test_a_save_that_fails_is_told_and_tried_again(instructor):
    page = instructor("mia", "/studio/fact/N034/", allowed=("ERR_FAILED", "503", "htmx:"))
    page.route("**/draft/", lambda route: route.abort())
    page.get_by_label("Why").fill("Typed on a train.")
    page.get_by_text("Not saved: the site does not answer").wait_for()
    page.unroute("**/draft/")
    page.route("**/draft/", lambda route: route.fulfill(status=503, body="no"))
    page.get_by_label("Why").fill("Typed on a train, still.")
    page.get_by_text("Not saved: the site answered 503").wait_for()
    page.unroute("**/draft/")
    page.get_by_label("Why").press_sequentially(" On.")
    saved(page)
    assert page.locator("#side .preview").get_by_text("Typed on a train, still. On.").is_visible()
    page.get_by_label("Source").press("Enter")
    page.get_by_text("The draft is saved").wait_for()
    page.get_by_role("button", name="Throw the draft away").click()
    page.get_by_text("The draft was thrown away").wait_for()


def test_another_kind_of_question_brings_its_fields(instructor):
    page = instructor("mia", "/studio/new/question/")
    page.get_by_label("Key").fill("q-changes-its-kind")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Option", exact=True).first.fill("An option.")
    page.get_by_label("Kind").select_option("numeric")
    page.get_by_label("More of the spec").wait_for()
    page.get_by_label("Kind").select_option("choice")
    page.get_by_label("Option", exact=True).first.wait_for()
    assert page.get_by_label("Option", exact=True).first.input_value() == "An option."
    page.get_by_role("button", name="Throw the draft away").click()
