"""Comparison tables as pages show them: read, covered, put in place, or asked for one column at a time.

The state of a page is in its address. What a learner knew or did not, in cover mode, is an answer to the card of that
cell, and FSRS schedules it like any other; `done` in the address is what was uncovered in this round.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from studyapp.content.cells import PREFIX, cell_keys
from studyapp.notes.models import ComparisonTable, Fact
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Item, Schedule, State
from studyapp.schedules.showings import NOBODY, Showing

SEEDS = 1_000_000
MODES = {"read": "Read", "cover": "Cover", "place": "Place", "which": "Which one?"}
LONGEST_DONE = 2_000  # characters of the cells that were uncovered in a round


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, the fact behind it, whether it is covered, what was put there, and what its card is called."""

    name: str  # of its field where cells are placed
    column: str
    html: str
    fact: str
    verdict: str
    covered: bool
    given: str = ""  # letter
    right: bool = False
    known: str = ""  # in this round: yes, no, or nothing where it was not uncovered
    showing: str = ""  # sealed, of its card


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its cells."""

    name: str
    cells: Sequence[Cell]
    choices: Sequence[tuple[str, str]] = ()  # letter, html: the row's cells in another order


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell, for which the column is to be named."""

    row: str
    html: str
    fact: str
    right: str  # the column
    choices: Sequence[tuple[str, str]]  # place, column
    given: str  # place


@dataclass(frozen=True, slots=True)
class View:
    """A table in one mode."""

    table: ComparisonTable
    mode: str
    what: str  # is covered: a column, a row, all, or some
    columns: Sequence[str]
    rows: Sequence[Row]
    marked: bool
    right: int
    total: int
    again: str  # the query of another round
    seed: int
    covers: Sequence[tuple[str, str]]  # what can be covered: value, words
    done: str  # the cells that were uncovered in this round, as the address says it
    remembered: int  # cells whose card has graduated
    asked: Asked | None = None
    sort: str = ""
    words: str = ""  # that a row must hold
    pin: str = ""  # the column that stands first
    top: str = ""  # the row that stands first
    places: Sequence[tuple[int, str, bool]] = ()  # of the columns: place, name, whether it is shown


def verdicts(tables: Sequence[ComparisonTable]) -> dict[str, str]:
    """Give the verdict of every fact that stands in the tables. One query."""
    wanted = {cell["fact"] for table in tables for row in table.rows for cell in row["cells"]}
    return dict(Fact.objects.filter(key__in=wanted).values_list("key", "verdict"))


@dataclass(frozen=True, slots=True)
class Memory:
    """What a learner's schedules say of a table's cells."""

    items: Mapping[str, tuple[int, int]]  # key of the card -> item, version of its schedule
    remembered: frozenset[str]  # keys of cards that have graduated


def memory_of(table: ComparisonTable, desk: Desk) -> Memory:
    """Give what a learner's schedules say of the cells' cards. Two queries, one for somebody without any."""
    wanted = {f"{key}-a" for row in cell_keys(table) for key in row}
    items = dict(Item.objects.filter(key__in=wanted, retired=False).values_list("key", "pk"))
    met: dict[int, tuple[int, int]] = {}
    if desk.user_id != NOBODY:
        mine = Schedule.objects.filter(user_id=desk.user_id, item_id__in=list(items.values()))
        met = {item: (version, state) for item, version, state in mine.values_list("item_id", "version", "state")}
    return Memory(
        {key: (item, met.get(item, (0, 0))[0]) for key, item in items.items()},
        frozenset(key for key, item in items.items() if met.get(item, (0, 0))[1] == State.REVIEW),
    )


def progress(tables: Sequence[ComparisonTable], desk: Desk) -> dict[str, tuple[int, int]]:
    """Give for each table how many of its cells a learner remembers, and how many there are. One query."""
    if desk.user_id == NOBODY:
        return {}
    mine = Schedule.objects.filter(user_id=desk.user_id, state=State.REVIEW, item__key__startswith=PREFIX)
    known = set(mine.values_list("item__key", flat=True))
    found = {}
    for table in tables:
        wanted = [f"{key}-a" for row in cell_keys(table) for key in row]
        found[table.key] = (sum(key in known for key in wanted), len(wanted))
    return found


def _done(text: str) -> dict[str, str]:
    """Read which cells were uncovered in this round, and whether they were known: `c0.1y-c0.2n`."""
    return dict(re.findall(r"(c[0-9]{1,3}\.[0-9]{1,3})([yn])", text[:LONGEST_DONE]))


def with_done(done: str, name: str, knew: bool) -> str:
    """Give the cells of a round with one more."""
    cells = _done(done) | {name: "y" if knew else "n"}
    return "-".join(f"{cell}{known}" for cell, known in cells.items())


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).casefold()


def _columns(table: ComparisonTable, query: Mapping[str, str]) -> list[int]:
    """Give the places of the columns that are shown, in their order: the pinned one first."""
    shown = [place for place in range(len(table.columns)) if f"column{place}" in query]
    pin = query.get("pin", "")
    places = shown or list(range(len(table.columns)))
    if pin.isdecimal() and len(pin) < 3 and int(pin) in places:
        places = [int(pin), *(place for place in places if place != int(pin))]
    return places


def view(
    table: ComparisonTable, query: Mapping[str, str], known: Mapping[str, str], memory: Memory, desk: Desk
) -> View:
    """Give a table as a query asks for it.

    `mode`; `what` is covered; `seed`; the letters that were placed; `done` in this round; and where it is read
    `column0` ... that are shown, the `pin`ned one, `words` that rows must hold, `sort`, a column's place or `name`, and
    the row that stands at the `top`.
    """
    mode = query.get("mode", "read") if query.get("mode") in MODES else "read"
    what = query.get("what", "all")[:20]
    seed = int(query["seed"]) % SEEDS if query.get("seed", "").isdecimal() and len(query["seed"]) < 12 else 1
    dice = Random(f"{table.key}/{seed}")
    marked = mode in ("place", "which") and "check" in query
    done = _done(query.get("done", ""))
    keys = cell_keys(table)
    places = _columns(table, query) if mode == "read" else list(range(len(table.columns)))
    lines: list[tuple[Row, list[str]]] = []
    right = total = 0
    for number, (line, texts) in enumerate(zip(table.rows, table.cells_html, strict=True)):
        order = dice.sample(range(len(texts)), len(texts))
        letters = {place: chr(ord("A") + shown) for shown, place in enumerate(order)}
        hidden = [what == "some" and dice.random() < 0.4 for _ in texts]
        cells = []
        for place in places:
            cell, html, name = line["cells"][place], texts[place], f"c{number}.{place}"
            given = query.get(name, "")[:1]
            # Two cells of a row may say the same: then either is right.
            good = any(letters[other] == given and texts[other] == html for other in range(len(texts)))
            right, total = right + good, total + 1
            key = f"{keys[number][place]}-a"
            wanted = what in ("all", f"column{place}", f"row{number}") or hidden[place]
            item, version = memory.items.get(key, (0, 0))
            showing = Showing(desk.user_id, item, version, desk.now).seal() if mode == "cover" and item else ""
            cells.append(
                Cell(
                    name, table.columns[place], html, cell["fact"], known.get(cell["fact"], ""),
                    mode == "cover" and wanted and name not in done, given, good, done.get(name, ""), showing,
                )
            )  # fmt: skip
        lines.append((Row(line["name"], cells, [(letters[place], texts[place]) for place in order]), texts))
    words = query.get("words", "").strip()[:60]
    sort = query.get("sort", "")[:4]
    if mode == "read":
        lines = _filtered(lines, words.casefold(), sort)
        top = query.get("top", "")[:60]
        lines.sort(key=lambda line: line[0].name != top)  # the others stay in their order
    rows = [row for row, _ in lines]
    again = urlencode({"mode": mode, "what": what, "seed": (seed * 7919 + 13) % SEEDS})
    covers = [("all", "everything"), ("some", "some cells")]
    covers += [(f"column{place}", f"the column {name}") for place, name in enumerate(table.columns)]
    covers += [(f"row{place}", f"the row {line['name']}") for place, line in enumerate(table.rows)]
    return View(
        table, mode, what, [table.columns[place] for place in places], rows, marked, right, total, again, seed, covers,
        "-".join(f"{name}{each}" for name, each in done.items()),
        sum(f"{key}-a" in memory.remembered for row in keys for key in row),
        _asked(table, dice, query.get("given", "")[:3]) if mode == "which" else None,
        sort, words, query.get("pin", "")[:3], query.get("top", "")[:60],
        [(place, name, f"column{place}" in query) for place, name in enumerate(table.columns)],
    )  # fmt: skip


def _filtered(lines: list[tuple[Row, list[str]]], words: str, sort: str) -> list[tuple[Row, list[str]]]:
    """Give the rows that hold some words, sorted by their names or by a column if that is asked."""
    if words:
        lines = [
            (row, texts)
            for row, texts in lines
            if words in row.name.casefold() or any(words in _plain(html) for html in texts)
        ]
    if sort == "name":
        return sorted(lines, key=lambda line: line[0].name.casefold())
    if sort.isdecimal() and lines and int(sort) < len(lines[0][1]):
        return sorted(lines, key=lambda line: _plain(line[1][int(sort)]))
    return lines


def _asked(table: ComparisonTable, dice: Random, given: str) -> Asked | None:
    """Draw a cell that only one column has, to be told which."""
    cells = [
        (line, texts, place)
        for line, texts in zip(table.rows, table.cells_html, strict=True)
        for place, html in enumerate(texts)
        if Counter(texts)[html] == 1
    ]
    if not cells:
        return None
    line, texts, place = dice.choice(cells)
    choices = [(str(number), name) for number, name in enumerate(table.columns)]
    return Asked(line["name"], texts[place], line["cells"][place]["fact"], str(place), choices, given)
