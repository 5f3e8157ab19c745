"""Comparison tables as pages show them: read, covered, or with their cells to be put in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from studyapp.notes.models import ComparisonTable, Fact

SEEDS = 1_000_000
MODES = {"read": "Read", "cover": "Cover", "place": "Place"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, the fact behind it, whether it is covered, and what was put there."""

    name: str  # of its field where cells are placed
    column: str
    html: str
    fact: str
    verdict: str
    covered: bool
    given: str = ""  # letter
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its cells."""

    name: str
    cells: Sequence[Cell]
    choices: Sequence[tuple[str, str]] = ()  # letter, html: the row's cells in another order


@dataclass(frozen=True, slots=True)
class View:
    """A table in one mode."""

    table: ComparisonTable
    mode: str
    what: str  # is covered: a column, a row, all, or some
    rows: Sequence[Row]
    marked: bool
    right: int
    total: int
    again: str  # the query of another round
    seed: int
    covers: Sequence[tuple[str, str]]  # what can be covered: value, words


def verdicts(tables: Sequence[ComparisonTable]) -> dict[str, str]:
    """Give the verdict of every fact that stands in the tables. One query."""
    wanted = {cell["fact"] for table in tables for row in table.rows for cell in row["cells"]}
    return dict(Fact.objects.filter(key__in=wanted).values_list("key", "verdict"))


def view(table: ComparisonTable, query: Mapping[str, str], known: Mapping[str, str]) -> View:
    """Give a table as a query asks for it: `mode`, `what` is covered, `seed`, and the letters that were placed."""
    mode = query.get("mode", "read") if query.get("mode") in MODES else "read"
    what = query.get("what", "all")[:20]
    seed = int(query["seed"]) % SEEDS if query.get("seed", "").isdecimal() and len(query["seed"]) < 12 else 1
    dice = Random(f"{table.key}/{seed}")
    marked = mode == "place" and "check" in query
    rows, right, total = [], 0, 0
    for number, (line, texts) in enumerate(zip(table.rows, table.cells_html, strict=True)):
        order = dice.sample(range(len(texts)), len(texts))
        letters = {place: chr(ord("A") + shown) for shown, place in enumerate(order)}
        cells = []
        for place, (cell, html) in enumerate(zip(line["cells"], texts, strict=True)):
            name = f"c{number}.{place}"
            given = query.get(name, "")[:1]
            # Two cells of a row may say the same: then either is right.
            good = any(letters[other] == given and texts[other] == html for other in range(len(texts)))
            right, total = right + good, total + 1
            covered = mode == "cover" and (
                what == "all"
                or what == f"column{place}"
                or what == f"row{number}"
                or (what == "some" and dice.random() < 0.4)
            )
            cells.append(
                Cell(name, table.columns[place], html, cell["fact"], known.get(cell["fact"], ""), covered, given, good)
            )
        rows.append(Row(line["name"], cells, [(letters[place], texts[place]) for place in order]))
    again = urlencode({"mode": mode, "what": what, "seed": (seed * 7919 + 13) % SEEDS})
    covers = [("all", "everything"), ("some", "some cells")]
    covers += [(f"column{place}", f"the column {name}") for place, name in enumerate(table.columns)]
    covers += [(f"row{place}", f"the row {row.name}") for place, row in enumerate(rows)]
    return View(table, mode, what, rows, marked, right, total, again, seed, covers)
