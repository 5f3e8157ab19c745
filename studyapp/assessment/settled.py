"""Whether documented rules alone decide an answer: nothing else may be scored."""

from collections.abc import Mapping
from typing import Any

from studyapp.simulators.placement.notes import REASONS, TIES

EITHER_WAY = {TIES, REASONS}


def unsettled(answer: Mapping[str, Any], *, ties: bool = True) -> str:
    """Say why an answer (with its trace) is not settled, or give nothing.

    A tie between two instances, a drawn choice, a convention of ours where AWS is silent: any of them unsettles it.
    Without `ties` the first two are let pass, and which of several reasons is reported, for questions whose answer is
    the same either way.
    """
    if answer.get("settled") is False:
        return "AWS does not document this case"
    if answer.get("remainder_is_a_convention"):
        return "AWS does not document how a remainder is split"
    if set(answer.get("notes", ())) - (set() if ties else EITHER_WAY):
        return "the simulator fills a gap of the documentation"
    trace = answer.get("trace")
    for task in trace if ties and isinstance(trace, list) else ():
        if isinstance(task, Mapping) and len(task.get("legal", ())) > 1:
            return "several instances are equally good"
    return ""
