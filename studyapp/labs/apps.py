"""The labs: simulators to play with."""

from django.apps import AppConfig


class LabsConfig(AppConfig):
    """Labs keep nothing: their state is in their addresses."""

    name = "studyapp.labs"

    def ready(self) -> None:
        from studyapp.labs.presets import PRESETS
        from studyapp.labs.workshop.benches import LABS
        from studyapp.notes.playing import teaches

        for preset in PRESETS:
            teaches(preset.fact, preset.title, f"/labs/placement/?preset={preset.key}")
        for lab in LABS.values():
            for example in lab.examples:
                teaches(example.fact, f"{lab.title}: {example.title}", f"/labs/{lab.key}/?preset={example.key}")
