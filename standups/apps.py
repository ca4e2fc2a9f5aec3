from django.apps import AppConfig


class StandupsConfig(AppConfig):
    name = "standups"

    def ready(self) -> None:
        from standups import demands, facts, measures

        demands.register_all()
        facts.register_all()
        measures.register_all()
