"""Mutants of the simulators: one small change each, drawn by a seed, and whether the simulators' tests notice it.

    uv run python -m bench.mutants [--of placement|running|surroundings] [--count 120] [--seed 1] [--jobs 2]

Every place is one that an error could slip into: a comparison, a sign, a constant, min for max, and for or, a lost
`not`, a swapped branch, an element left out of a tuple. A mutant is killed when a test of its simulators
in `tests/simulators` fails or takes too long. Those that no test could tell from the original are listed with a reason.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIMULATORS = Path("studyapp/simulators")
# What mutants are drawn of: folders, and the tests that should notice.
ENGINES = {
    "placement": (
        ("placement",),
        ("vectors", "limits", "examples", "misconceptions", "bad_inputs", "scale_in", "placement"),
    ),
    "running": (
        ("deployment", "image", "scaling", "capacity"),
        (
            "vectors",
            "deployment",
            "image",
            "scaling",
            "scaling_wrong",
            "capacity",
            "over_time",
            "rollout",
            "running_oracle",
            "running_limits",
        ),
    ),
    "surroundings": (
        ("net", "iam", "ecr", "eks", "volume", "lb", "log"),
        ("net", "iam", "ecr", "eks", "storage", "log", "traces"),
    ),
}
LEFT_OUT = {"misconceptions.py", "draws.py", "__init__.py"}  # wrong by intent, chance, and glue
SECONDS = 120  # for the tests of one mutant; they take a tenth of that

# Mutants that no test can tell from the original, as (file, line's text, change).
EQUIVALENT = {
    ("scale_in.py", "trace: bool = False,", "False -> True"): "the one caller says which",
    ("request.py", "gpus: int = 0", "0 -> 1"): "the one who makes requests says how many",
    (
        "rebalance.py",
        "fewest, most = min(per_az.values(), default=0), max(per_az.values(), default=0)",
        "0 -> 1",
    ): "without zones nothing is told",
    (
        "fast.py",
        "standing.arrival += wait",
        "Add -> Sub",
    ): "the heap keeps the time; this is for a trace, which is slow",
    ("scale_in.py", "pick.placed += 1", "1 -> 2"): "another chance, as even",
    ("exact.py", 'if self.rules.constraints == "any" and len(checks) > 1:', "Gt -> GtE"): "any of one is that one",
    ("exact.py", "standing.arrival = draws.wait(seed, standing.id, 0)", "0 -> 1"): "another chance, as even",
    ("scale_in.py", "standing.arrival = draws.wait(seed, standing.id, 0)", "0 -> 1"): "another chance, as even",
    ("scale_in.py", "pick.arrival += draws.wait(seed, pick.id, pick.placed)", "Add -> Sub"): "another chance",
    ("trace.py", 'return named[:1] if test == "first" else named', "1 -> 2"): "places differ, so one is first",
    ("trace.py", 'if test == "any" or not numbers:', "Or -> And"): "all numbers of such a step are 0",
    ("fast.py", "if self.request.count * len(heaps) > MOST_CLASSES:", "Mult -> Add"): "only how fast, not what",
    ("placing.py", "if tasks * len(instances) > most:", "Mult -> Add"): "only when it is refused as too large to trace",
    ("lifecycle.py", "return image.archived or 0", "0 -> 1"): "an image in the archive says when it was put there",
    ("lifecycle.py", "read = _rule(rule, 0)", "0 -> 1"): "its place is not asked for",
    (
        "mapping.py",
        'ends = fields.array("ip_local_port_range", 2)',
        "2 -> 3",
    ): "three are refused a line later, at the same field",
    (
        "ephemeral.py",
        '"The default is enough." if ask is None else "No setting is large enough." if ask < 0'
        ' else f"Ask for {ask} GiB."',
        "0 -> 1",
    ): "it is never 0",
    (
        "ephemeral.py",
        '"The default is enough." if ask is None else "No setting is large enough." if ask < 0'
        ' else f"Ask for {ask} GiB."',
        "Lt -> LtE",
    ): "it is never 0",
    ("fast.py", "ranks = self._run_one() if len(self.spreads) <= 1 else self._run_many()", "LtE -> Lt"): "one of many",
}

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    line: int
    text: str  # of the line
    change: str
    source: str  # of the whole file, changed

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.change}    in: {self.text}"


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    """Give what can be changed at a node: its name, and how to do it to a copy."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        new = SWAPS[type(node.ops[0])]

        def compare(copied: ast.AST) -> None:
            copied.ops[0] = new()  # type: ignore[attr-defined]

        yield f"{type(node.ops[0]).__name__} -> {new.__name__}", compare
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPS:
        swapped = SWAPS[type(node.op)]

        def operate(copied: ast.AST) -> None:
            copied.op = swapped()  # type: ignore[attr-defined]

        yield f"{type(node.op).__name__} -> {swapped.__name__}", operate
    if isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        value = not node.value if isinstance(node.value, bool) else node.value + 1

        def constant(copied: ast.AST) -> None:
            copied.value = value  # type: ignore[attr-defined]

        yield f"{node.value} -> {value}", constant
    if isinstance(node, ast.Name) and node.id in ("min", "max", "any", "all"):
        other = {"min": "max", "max": "min", "any": "all", "all": "any"}[node.id]

        def rename(copied: ast.AST) -> None:
            copied.id = other  # type: ignore[attr-defined]

        yield f"{node.id} -> {other}", rename
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):

        def affirm(copied: ast.AST) -> None:
            copied.op = ast.UAdd()  # type: ignore[attr-defined]
            copied.operand = ast.Call(ast.Name("bool"), [copied.operand], [])  # type: ignore[attr-defined]

        yield "not x -> x", affirm
    if isinstance(node, ast.IfExp):

        def swap(copied: ast.AST) -> None:
            copied.body, copied.orelse = copied.orelse, copied.body  # type: ignore[attr-defined]

        yield "a if c else b -> b if c else a", swap
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 3:

        def drop(copied: ast.AST) -> None:
            del copied.elts[len(copied.elts) // 2]  # type: ignore[attr-defined]

        yield "an element left out", drop


def candidates(folders: Iterable[str]) -> list[Mutant]:
    """Give every mutant of the simulators in the folders."""
    found = []
    for path in sorted(path for folder in folders for path in (ROOT / SIMULATORS / folder).glob("*.py")):
        if path.name in LEFT_OUT:
            continue
        tree = ast.parse(path.read_text())
        lines = path.read_text().split("\n")
        hints = {id(inner) for node in ast.walk(tree) for inner in _annotations(node)}
        for number, node in enumerate(ast.walk(tree)):
            if id(node) in hints:
                continue
            for name, change in changes(node):
                mutated = copy.deepcopy(tree)
                target = next(each for place, each in enumerate(ast.walk(mutated)) if place == number)
                change(target)
                line = getattr(node, "lineno", 1)
                source = ast.unparse(ast.fix_missing_locations(mutated))
                found.append(
                    Mutant(path.relative_to(ROOT / SIMULATORS).as_posix(), line, lines[line - 1].strip(), name, source)
                )
    return found


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes that are types or decorators, which decide nothing."""
    for name in ("annotation", "returns"):
        if inner := getattr(node, name, None):
            yield from ast.walk(inner)
    for decorator in getattr(node, "decorator_list", ()):
        yield from ast.walk(decorator)


def killed(mutant: Mutant, tests: Iterable[str]) -> bool:
    """Tell whether the tests notice a mutant, in a copy of what they need."""
    with tempfile.TemporaryDirectory(prefix="stowage-mutant-") as folder:
        copied = Path(folder)
        for name in ("studyapp", "tests", "content"):
            shutil.copytree(ROOT / name, copied / name, ignore=shutil.ignore_patterns("__pycache__", "browser"))
        for name in ("pyproject.toml", "manage.py"):
            shutil.copy(ROOT / name, copied / name)
        (copied / SIMULATORS / mutant.file).write_text(mutant.source)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        command += [f"tests/simulators/test_{name}.py" for name in tests]
        environment = {**os.environ, "PYTHONPATH": folder, "STOWAGE_VAR": f"{folder}/var"}
        try:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def main() -> None:
    """Draw, try and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", choices=ENGINES, default="placement")
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folders, tests = ENGINES[options.of]
    every = candidates(folders)
    drawn = random.Random(options.seed).sample(every, min(options.count, len(every)))
    tried = [mutant for mutant in drawn if (Path(mutant.file).name, mutant.text, mutant.change) not in EQUIVALENT]
    print(f"{len(every)} mutants, {len(drawn)} drawn, {len(drawn) - len(tried)} of them equivalent", flush=True)
    survived = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, dead in zip(tried, pool.map(killed, tried, repeat(tests)), strict=True):
            if not dead:
                survived += 1
                print(f"survived  {mutant}", flush=True)
    print(f"killed {len(tried) - survived} of {len(tried)} ({100 * (len(tried) - survived) / len(tried):.1f} of 100)")


if __name__ == "__main__":
    main()
