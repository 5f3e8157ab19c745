"""`manage.py itemanalysis`: what the answers of learners say of the questions."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studyapp.assessment.analysis import FEWEST, ItemAnalysis
from studyapp.notes.models import Topic
from studyapp.quiz.analysing import item_analysis


def _share(value: float | None) -> str:
    return "  –" if value is None else f"{value * 100:3.0f}"


def _line(item: ItemAnalysis) -> str:
    low, high = item.facility_interval
    return (
        f"{item.item:40} {item.responses:5} {_share(item.facility)} ({_share(low)}–{_share(high).strip()})"
        f" {_share(item.deviation)} {_share(item.guess)} {_share(item.discrimination)} {_share(item.efficiency)}"
        f"  {', '.join(item.findings)}"
    )


class Command(BaseCommand):
    """Print a line for each question that was answered, those that look bad first."""

    help = (
        "Facility, deviation, random guess score, discrimination index and discriminative efficiency of every question"
        f" that was answered, in per cent; nothing is concluded from fewer than {FEWEST} learners."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--topic", default="", help="key of a topic (default: all)")
        parser.add_argument("--json", action="store_true", help="everything, with the options, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        topic = options["topic"]
        if topic and not Topic.objects.filter(key=topic).exists():
            raise CommandError(f'--topic: there is no topic "{topic[:60]}"')
        found = item_analysis(topic)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(item) for item in found], ensure_ascii=False))
            return
        if not found:
            self.stdout.write("No question has been answered yet.")
            return
        self.stdout.write(f"{'question':40} {'n':>5} facility      sd guess disc  eff  findings")
        for item in found:
            self.stdout.write(_line(item))
        bad = sum(bool(set(item.findings) - {"few-data"}) for item in found)
        self.stdout.write(f"{len(found)} questions, {bad} to look at")
