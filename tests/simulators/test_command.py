"""`manage.py simulate`: answers, errors and exit codes."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
VECTORS = json.loads((ROOT / "tests" / "vectors" / "placement.json").read_text())["vectors"]
REBALANCE = {"per_az": {"eu-north-1a": 2, "eu-north-1b": 0}}


def simulate(*arguments, data=b""):
    return subprocess.run(
        [sys.executable, "manage.py", "simulate", *arguments],
        cwd=ROOT,
        input=data,
        capture_output=True,
        check=False,
        env={"STOWAGE_VAR": "/nonexistent/nowhere", "PATH": "/usr/bin:/bin"},
    )


def test_one_input_from_standard_input_and_from_a_file(tmp_path):
    file = tmp_path / "input.json"
    file.write_text(json.dumps(REBALANCE))
    first = simulate("placement.rebalance", data=json.dumps(REBALANCE).encode())
    second = simulate("placement.rebalance", str(file))
    assert (first.returncode, second.returncode) == (0, 0)
    assert json.loads(first.stdout)["start_in"] == ["eu-north-1b"]
    assert first.stdout == second.stdout


@pytest.mark.parametrize(
    ("arguments", "data", "field"),
    [
        (["placement.rebalance"], b'{"per_az": {"a": -1}}', "per_az.a"),
        (["placement.rebalance"], b"[1]", "input"),
        (["placement.rebalance"], b"{", "input"),
        (["placement.rebalance"], b"[" * 10_000 + b"]" * 10_000, "input"),
        (["placement.rebalance"], b" " * 5_000_000 + b"{}", "input"),
        (["placement.rebalance", "/no/such/file"], b"", "file"),
        (["placement.rebalance", "--misconception", "none"], b"{}", "misconception"),
        (["no.such"], b"{}", "family"),
        ([], b"{}", "family"),
        (["--lines", "one", "two"], b"", "family"),
    ],
)
def test_a_bad_input_exits_2_with_one_error(arguments, data, field):
    ended = simulate(*arguments, data=data)
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["error"]["field"] == field
    assert not ended.stderr


def test_lines_are_all_answered_in_order():
    lines = [json.dumps({"family": v["family"], "input": v["input"]}) for v in VECTORS]
    lines[3:3] = ["nonsense", '{"family": "x", "input": {}}', "", "[" * 20_000]
    ended = simulate("--lines", data="\n".join(lines).encode())
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert len(answers) == len(lines)
    assert [place for place, answer in enumerate(answers) if "error" in answer] == [3, 4, 5, 6]


def test_thousands_of_lines_take_seconds(tmp_path):
    file = tmp_path / "lines.jsonl"
    line = json.dumps({"family": VECTORS[0]["family"], "input": VECTORS[0]["input"]}) + "\n"
    file.write_text(line * 5000)
    start = time.perf_counter()
    ended = simulate("--lines", str(file), "--trace")
    assert time.perf_counter() - start < 10
    assert len(ended.stdout.splitlines()) == 5000


def test_the_list_has_a_sentence_for_every_family():
    ended = simulate("--list")
    listed = dict(line.split(": ", 1) for line in ended.stdout.decode().splitlines())
    assert {"placement.run", "placement.scale_in", "placement.rebalance"} <= set(listed)
    assert all(sentence.endswith(".") for sentence in listed.values())
    wrong = simulate("--list", "placement.rebalance")
    assert b"rebalance_stops_first: " in wrong.stdout


def test_trace_and_misconception_are_passed_on():
    data = json.dumps(REBALANCE).encode()
    ended = simulate("placement.rebalance", "--trace", "--misconception", "rebalance_stops_first", data=data)
    answer = json.loads(ended.stdout)
    assert answer["first_action"] == "stop"
    assert answer["trace"]["moves"] == [["eu-north-1b", "eu-north-1a"]]
