from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "onsite.core"
    label = "core"

    def ready(self) -> None:
        from onsite.core import checks, converters, sentences  # noqa: F401 - registers the system checks

        converters.register()
        sentences.install()
