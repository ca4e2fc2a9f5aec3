from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "engagements"

    def ready(self) -> None:
        from engagements import agreements, demands, document_mails, mails
        from engagements.models import SignOff
        from engagements.services import changes, goals
        from engagements.services.signing import ask_arrived
        from onsite.accounts import arrivals

        agreements.when_signed(SignOff.Kind.GOALS, goals.keep_agreed_plan)
        agreements.when_signed(SignOff.Kind.CHANGE, changes.carry_out)
        agreements.holds_while(SignOff.Kind.CHANGE, changes.refuse_outdated)
        demands.register_all()
        mails.register_all()
        document_mails.register_all()
        arrivals.register(ask_arrived)
