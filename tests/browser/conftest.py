"""A real browser before the real server.

`visit` opens pages and watches them: whatever goes wrong on any of them fails the test.
"""

import importlib.resources
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, sync_playwright

from tests.running import Site, own_database, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_ONE = "install one with `apt-get install chromium` or `uv run playwright install chromium`"
PHONE = (390, 844)
DESKTOP = (1280, 800)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the system's if it is on PATH, else Playwright's own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as problem:
            reason = f"no Chromium could be started: {HOW_TO_GET_ONE} ({str(problem).splitlines()[0]})"
            if os.environ.get("STOWAGE_REQUIRE_BROWSER") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        yield found
        found.close()


@pytest.fixture(scope="session")
def study_server(browser: Browser) -> Iterator[Site]:
    """The site as learners get it, with the real notes; started once, and only if there is a browser."""
    with own_database() as environment, running(environment) as site:
        yield site


class Watch:
    """What went wrong on the pages of one test."""

    def __init__(self, host: str, allowed: tuple[str, ...]) -> None:
        self.host = host
        self.allowed = allowed  # parts of messages that the test expects
        self.faults: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of a context, those that open later included."""
        context.on("weberror", lambda error: self.note(f"script error: {error.error}"))
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("response", self._response)

    def note(self, fault: str) -> None:
        if not any(part in fault for part in self.allowed):
            self.faults.append(fault)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.note(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.note(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.note(f"{response.status}: {response.url}")


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, study_server: Site) -> Iterator[Visit]:
    """Open addresses of the site as one or more fresh visitors; fail the test for whatever goes wrong on the pages.

    visit(path="/", *, javascript=True, size=DESKTOP, scheme="light", axe=False, allowed=(), **context options);
    `axe` lets scripts into the pages past their policy, for `violations`; `allowed` are parts of console
    messages that the test provokes, e.g. "status of 409".
    """
    watches: list[Watch] = []
    contexts: list[BrowserContext] = []

    def open_page(
        path: str = "/",
        *,
        javascript: bool = True,
        size: tuple[int, int] = DESKTOP,
        scheme: str = "light",
        axe: bool = False,
        allowed: tuple[str, ...] = (),
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=study_server.url,
            java_script_enabled=javascript,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            bypass_csp=axe,
            **options,
        )
        context.set_default_timeout(10_000)
        watch = Watch(urlsplit(study_server.url).netloc, allowed)
        watch.follow(context)
        watches.append(watch)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The source of axe-core."""
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def violations(axe_script: str) -> Callable[[Page], list[str]]:
    """Give what axe finds wrong on a page that was opened with `axe=True`, a line for each rule."""

    def examine(page: Page) -> list[str]:
        page.evaluate(axe_script)
        found: list[str] = page.evaluate(
            "axe.run().then(r => r.violations.map(v => `${v.id} (${v.impact}): ${v.help}: "
            "${v.nodes.map(n => n.target.join(' ')).slice(0, 5).join(', ')}`))"
        )
        return found

    return examine
