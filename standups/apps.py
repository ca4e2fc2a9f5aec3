from django.apps import AppConfig


class StandupsConfig(AppConfig):
    name = "standups"

    def ready(self) -> None:
        from standups import demands, facts

        demands.register_all()
        facts.register_all()
