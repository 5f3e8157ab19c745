"""What a visit weighs: the compressed bytes of a first visit, a repeat visit and an htmx swap.

    uv run python -m bench.weight

Asks the app for a page and all that the page names, as a browser does that takes gzip, and sums the bodies.
"""

import gzip
import re
import urllib.request

from bench.site import Server, pair


def fetch(server: Server, path: str, **headers: str) -> tuple[bytes, bytes]:
    """Give a body as it was sent, and unpacked."""
    request = urllib.request.Request(server.url + path, headers={"Accept-Encoding": "gzip", **headers})
    with urllib.request.urlopen(request) as answer:
        body: bytes = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return body, gzip.decompress(body) if packed else body


def main() -> None:
    """Measure and print."""
    with pair() as (ours, _):
        cookie = {"Cookie": f"sessionid={ours.cookies[0]}"}
        print(f"{'page':28} {'first visit':>11} {'fonts':>7} {'repeat':>7}")
        for path in ("/", "/topics/task-placement/", "/review/", "/facts/"):
            sent, page = fetch(ours, path, **cookie)
            named = set(re.findall(r'(?:href|src)="(/(?:static/|favicon)[^"]+)"', page.decode()))
            css = "".join(fetch(ours, name)[1].decode() for name in named if name.endswith(".css"))
            named |= {f"/static/fonts/{name}" for name in re.findall(r'fonts/([^")]+\.woff2)', css)}
            sizes = {name: len(fetch(ours, name)[0]) for name in named}
            fonts = sum(size for name, size in sizes.items() if name.endswith(".woff2"))
            print(f"{path:28} {len(sent) + sum(sizes.values()) - fonts:11,} {fonts:7,} {len(sent):7,}")
        page = fetch(ours, "/review/", **cookie)[1].decode()
        key = re.search(r'name="reveal" value="([^"]+)"', page)
        assert key
        swap = fetch(ours, f"/review/?reveal={key[1]}", **cookie, **{"HX-Request": "true"})[0]
        print(f"{'htmx swap (the answer)':28} {len(swap):11,}")


if __name__ == "__main__":
    main()
