from django.apps import AppConfig


class QuizConfig(AppConfig):
    name = "studyapp.quiz"

    def ready(self) -> None:
        from studyapp.accounts import signals
        from studyapp.quiz import keeping

        signals.guest_joined.connect(keeping.on_guest_joined)
        signals.learner_exported.connect(keeping.on_learner_exported)
