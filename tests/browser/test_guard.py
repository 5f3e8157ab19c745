"""The watch over pages sees what it is there to see."""

import pytest

from tests.browser.conftest import Watch


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<script src='/thrown.js'></script>", "script error"),
        ("<img src='http://127.0.0.1:9/pixel.png'>", "request to another host"),
        ("<p style='color: red'>", "Content Security Policy"),
        ("<img src='/broken.png'>", "500: "),
    ],
    ids=["script", "host", "policy", "crash"],
)
def test_the_watch_sees(browser, page, fault):
    context = browser.new_context(base_url="http://stowage.test")
    watch = Watch("stowage.test", allowed=())
    watch.follow(context)
    policy = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src *"}
    context.route("**/*", lambda route: route.abort())
    context.route("**/broken.png", lambda route: route.fulfill(status=500, body=""))
    context.route(
        "**/thrown.js", lambda route: route.fulfill(body="throw new Error('no')", content_type="text/javascript")
    )
    context.route("**/", lambda route: route.fulfill(body=page, content_type="text/html", headers=policy))
    context.new_page().goto("/", wait_until="load")
    context.close()
    assert any(fault in seen for seen in watch.faults), watch.faults
