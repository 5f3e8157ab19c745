"""What a page costs: requests a second beside a bare Django project's constant view, under the same server.

    uv run python -m bench.pages [--pairs 5] [--seconds 2] [--cards N] [PATH ...]

Needs wrk (apt-get install wrk). Each pair measures the bare view and the page in turn; the ratio is bare / ours, so 8
means that a page costs as much as eight constant views. `--cards 10000` measures a course of 5,000 facts.
"""

import argparse
import re
import statistics
import subprocess

from bench.site import Server, pair

PAGES = [
    "/", "/topics/", "/topics/{topic}/", "/facts/", "/facts/{fact}/", "/glossary/", "/search/?q=storage", "/review/",
    "/cards/", "/cards/leeches/", "/cram/", "/cram/?size=20&scope=all&seed=7", "/settings/", "/account/",
    "/quiz/", "/quiz/misconceptions/", "/labs/", "/labs/scaling/?preset=rush&run=1",
]  # fmt: skip


def rate(server: Server, path: str, seconds: int) -> tuple[float, float]:
    """Give requests a second, and the median latency in milliseconds."""
    command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "--latency"]
    if server.cookies:
        command += ["-H", f"Cookie: sessionid={server.cookies[0]}"]
    printed = subprocess.run([*command, server.url + path], capture_output=True, text=True, check=True).stdout
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)", printed):
        raise SystemExit(f"{path}: {failed[1]} requests failed")
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", printed).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]), float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[
        unit
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--cards", type=int, default=0)
    parser.add_argument("paths", nargs="*", default=PAGES)
    options = parser.parse_args()
    names = {"topic": "t3", "fact": "F7"} if options.cards else {"topic": "eks-storage", "fact": "N134"}
    with pair(options.cards) as (ours, bare):
        for server in (ours, bare):
            rate(server, "/", 1)
        print(f"{'page':36} {'bare/ours':>9}  {'lowest':>6} {'highest':>7}   {'req/s':>6}  {'bare req/s':>10}")
        for path in [path.format(**names) for path in options.paths]:
            rate(ours, path, 1)
            pairs = [
                (rate(ours, path, options.seconds)[0], rate(bare, "/", options.seconds)[0])
                for _ in range(options.pairs)
            ]
            ratios = sorted(floor / mine for mine, floor in pairs)
            mine, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
            spread = f"{ratios[0]:6.2f} {ratios[-1]:7.2f}"
            print(f"{path:36} {statistics.median(ratios):9.2f}  {spread}   {mine:6.0f}  {floor:10.0f}")


if __name__ == "__main__":
    main()
