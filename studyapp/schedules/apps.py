from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "studyapp.schedules"
