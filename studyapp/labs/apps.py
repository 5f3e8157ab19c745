"""The labs: simulators to play with."""

from django.apps import AppConfig


class LabsConfig(AppConfig):
    """Labs keep nothing: their state is in their addresses."""

    name = "studyapp.labs"

    def ready(self) -> None:
        from studyapp.notes.playing import when_asked

        when_asked(_note_what_plays)


def _note_what_plays() -> None:
    """Tell the notes which examples play with which facts: the one an example is for, then those of its steps."""
    from studyapp.labs.presets import PRESETS
    from studyapp.labs.workshop.benches import LABS, facts_of
    from studyapp.notes.playing import teaches

    for preset in PRESETS:
        teaches(preset.fact, preset.title, f"/labs/placement/?preset={preset.key}")
    examples = [(lab, example) for lab in LABS.values() for example in lab.examples]
    for lab, example in examples:
        teaches(example.fact, f"{lab.title}: {example.title}", f"/labs/{lab.key}/?preset={example.key}")
    for lab, example in examples:
        for fact in facts_of(example):
            teaches(fact, f"{lab.title}: {example.title}", f"/labs/{lab.key}/?preset={example.key}")
