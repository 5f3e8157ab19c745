"""The same picks as `exact`, for the true rules and without steps, in a time that hardly grows with the cluster.

Placing a task changes one instance only, the one that is taken. So the filters need to be asked once per instance;
after that each one counts down how many more tasks it has room for. What the strategies compare is one number per
instance, in which every strategy has its own digits, the first the highest; taking an instance adds the same amount
to its number every time. The counts of a spread over an attribute are shared by the instances with one value: they
are added to the number of a whole class of instances, each of which has a heap.
"""

import heapq
from collections.abc import Sequence
from itertools import groupby

from studyapp.simulators.errors import InputError
from studyapp.simulators.placement import draws
from studyapp.simulators.placement.cluster import MOST_TASKS
from studyapp.simulators.placement.exact import Placement
from studyapp.simulators.placement.expressions import sees_tasks
from studyapp.simulators.placement.request import Strategy
from studyapp.simulators.placement.rules import fixed_ports
from studyapp.simulators.placement.standing import Standing, own_tasks

_DIGITS = 40  # bits of one strategy's number: more than any CPU, memory or count of tasks
_CLOCK = 64  # bits of a clock
MOST_CLASSES = 10_000_000  # tasks times combinations of values, where several attributes are spread over


def place_all(placement: Placement) -> list[str]:
    """Place all tasks of a request, or as many as fit; give the ids of the instances taken, in order.

    Leaves the standings of the placement as they are afterwards.
    """
    return _Heaps(placement).run()


class _Heaps:
    def __init__(self, placement: Placement) -> None:
        self.placement = placement
        self.request = placement.request
        self.standings = placement.world.standings
        self.watched = any(each.holds and sees_tasks(each.expression) for each in self.request.constraints)
        self.chain = _compared(placement.chain)
        self.rank_bits = max(1, (len(self.standings) - 1).bit_length())
        low = self.rank_bits + (_CLOCK if placement.seed is not None else 0)
        self.shifts = [low + _DIGITS * place for place in reversed(range(len(self.chain)))]
        self.spreads = [
            (strategy.attribute, shift)
            for strategy, shift in zip(self.chain, self.shifts, strict=True)
            if strategy.attribute is not None
        ]
        self.delta = self._delta()
        self.room = [self._room(standing) for standing in self.standings]

    def run(self) -> list[str]:
        classes: dict[tuple[str | None, ...], int] = {}
        self.class_of: list[int] = []
        self.heaps: list[list[int]] = []
        for rank, standing in enumerate(self.standings):
            values = tuple(standing.value(attribute) for attribute, _ in self.spreads)
            number = classes.setdefault(values, len(classes))
            self.class_of.append(number)
            if number == len(self.heaps):
                self.heaps.append([])
            if self.room[rank]:
                self.heaps[number].append(self._number(rank, standing))
        for heap in self.heaps:
            heapq.heapify(heap)
        self.offsets = [0] * len(classes)
        self.shared: list[dict[str | None, list[int]]] = [{} for _ in self.spreads]
        for place, (attribute, shift) in enumerate(self.spreads):
            tally = self.placement.world.tally(attribute, own_tasks, self.standings)
            for values, number in classes.items():
                self.offsets[number] += tally[values[place]] << shift
                self.shared[place].setdefault(values[place], []).append(number)
        self.values = list(classes)
        ranks = self._run_one() if len(self.spreads) <= 1 else self._run_many()
        if not self.watched:
            for rank, run in groupby(sorted(ranks)):
                self.standings[rank].placed = 0  # was counted for the clock alone
                self.standings[rank].take(self.request, sum(1 for _ in run))
        return [self.standings[rank].id for rank in ranks]

    def _run_one(self) -> list[int]:
        """Run with at most one spread over an attribute: a pick changes the number of its own class only."""
        heaps, offsets, class_of, room = self.heaps, self.offsets, self.class_of, self.room
        mask, delta = (1 << self.rank_bits) - 1, self.delta
        step = 1 << self.spreads[0][1] if self.spreads else 0
        plain = self.placement.seed is None and not self.watched
        tops = [heap[0] + offset for heap, offset in zip(heaps, offsets, strict=True) if heap]
        heapq.heapify(tops)
        ranks: list[int] = []
        replace, pop = heapq.heapreplace, heapq.heappop
        for _ in range(self.request.count):
            if not tops:
                break
            rank = tops[0] & mask
            ranks.append(rank)
            number = class_of[rank]
            heap = heaps[number]
            offset = offsets[number] = offsets[number] + step
            if plain:
                room[rank] = left = room[rank] - 1
                if left:
                    replace(heap, heap[0] + delta)
                else:
                    pop(heap)
            else:
                self._taken(rank, heap)
            if heap:
                replace(tops, heap[0] + offset)
            else:
                pop(tops)
        return ranks

    def _run_many(self) -> list[int]:
        """Run with spreads over several attributes, whose values overlap: look at the top of every class."""
        heaps, offsets = self.heaps, self.offsets
        mask = (1 << self.rank_bits) - 1
        if self.request.count * len(heaps) > MOST_CLASSES:
            raise InputError(
                "request.strategies",
                f"spread over several attributes: tasks times their values may be at most {MOST_CLASSES}",
            )
        alive = [number for number, heap in enumerate(heaps) if heap]
        ranks: list[int] = []
        for _ in range(self.request.count):
            if not alive:
                break
            number = min(alive, key=lambda number: heaps[number][0] + offsets[number])
            rank = heaps[number][0] & mask
            ranks.append(rank)
            self._taken(rank, heaps[number])
            for place, (_, shift) in enumerate(self.spreads):
                for other in self.shared[place][self.values[number][place]]:
                    offsets[other] += 1 << shift
            if not heaps[number]:
                alive.remove(number)
        return ranks

    def _taken(self, rank: int, heap: list[int]) -> None:
        """Bring a class's heap up to date after its top was taken."""
        self.room[rank] -= 1
        standing = self.standings[rank]
        if self.watched:
            standing.take(self.request)
            self.room[rank] = self._room(standing)
        else:
            standing.placed += 1
        number = heap[0] + self.delta
        if (seed := self.placement.seed) is not None:
            wait = draws.wait(seed, standing.id, standing.placed)
            standing.arrival += wait
            number += wait << self.rank_bits
        if self.room[rank]:
            heapq.heapreplace(heap, number)
        else:
            heapq.heappop(heap)

    def _room(self, standing: Standing) -> int:
        """How many more tasks an instance takes; with an expression that sees tasks, whether it takes one more."""
        if not all(check.passes(standing) for check in self.placement.checks):
            return 0
        request = self.request
        if self.watched or fixed_ports(request) or any(c.type == "distinctInstance" for c in request.constraints):
            return 1
        room = request.count
        if request.cpu:
            room = min(room, standing.cpu // request.cpu)
        if request.memory:
            room = min(room, standing.memory // request.memory)
        if request.gpus:
            room = min(room, standing.gpus // request.gpus)
        if request.network_mode == "awsvpc" and standing.enis is not None:
            room = min(room, standing.enis)
        return room

    def _number(self, rank: int, standing: Standing) -> int:
        """What an instance is compared by, without the counts that it shares with its class."""
        number = standing.arrival << self.rank_bits | rank
        for strategy, shift in zip(self.chain, self.shifts, strict=True):
            if strategy.type == "binpack":
                number += (standing.cpu if strategy.field == "cpu" else standing.memory) << shift
            elif strategy.attribute is None:
                number += standing.own << shift
        return number

    def _delta(self) -> int:
        """What one more task adds to that."""
        delta = 0
        for strategy, shift in zip(self.chain, self.shifts, strict=True):
            if strategy.type == "binpack":
                delta -= (self.request.cpu if strategy.field == "cpu" else self.request.memory) << shift
            elif strategy.attribute is None:
                delta += 1 << shift
        return delta


def _compared(chain: Sequence[Strategy]) -> list[Strategy]:
    """Those strategies that compare anything: after random, and the second time, a strategy finds nothing to do."""
    compared: list[Strategy] = []
    for strategy in chain:
        if strategy.type == "random":
            break
        if strategy not in compared:
            compared.append(strategy)
    return compared


assert (MOST_TASKS * draws.LONGEST).bit_length() < _CLOCK
