from django.apps import AppConfig


class StandupsConfig(AppConfig):
    name = "standups"

    def ready(self) -> None:
        from engagements import change_watch
        from engagements.services import files
        from standups import day_mails, demands, facts, idea_mails, mails, measures, troubles
        from standups.services.evidence import take_masked
        from standups.services.ideas import follow_change

        demands.register_all()
        facts.register_all()
        measures.register_all()
        idea_mails.register_all()
        day_mails.register_all()
        mails.register_all()
        troubles.register_all()
        files.when_masked(take_masked)
        change_watch.register(follow_change)
