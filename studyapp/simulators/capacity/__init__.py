"""Capacity providers: how a strategy splits tasks, and how managed scaling sizes an Auto Scaling group."""

from studyapp.simulators.capacity import misconceptions, reservation, strategy
from studyapp.simulators.capacity.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "capacity.strategy",
        "How many tasks a capacity provider strategy puts on each provider.",
        strategy.answer,
        TRUTH,
        misconceptions.STRATEGY.values(),
    ),
    ruled_family(
        "capacity.cpr",
        "The reservation of a capacity provider, and how many instances managed scaling steers to.",
        reservation.answer,
        TRUTH,
        misconceptions.RESERVATION.values(),
    ),
)
