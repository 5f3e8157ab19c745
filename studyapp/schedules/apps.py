from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "studyapp.schedules"

    def ready(self) -> None:
        from studyapp.accounts import signals
        from studyapp.schedules import merging

        signals.guest_joined.connect(merging.on_guest_joined)
        signals.learner_exported.connect(merging.on_learner_exported)
