from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "engagements"

    def ready(self) -> None:
        from engagements import demands, mails
        from engagements.services.signing import ask_arrived
        from onsite.accounts import arrivals

        demands.register_all()
        mails.register_all()
        arrivals.register(ask_arrived)
