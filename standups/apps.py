from django.apps import AppConfig


class StandupsConfig(AppConfig):
    name = "standups"

    def ready(self) -> None:
        from engagements import change_watch, people_watch
        from engagements.services import files
        from standups import day_mails, demands, facts, idea_mails, mails, measures, search, troubles
        from standups.services import conditions, data_signing, uat_judging, uat_results
        from standups.services.evidence import take_masked
        from standups.services.ideas import follow_change
        from standups.uat import mails as uat_mails

        demands.register_all()
        data_signing.register_all()
        facts.register_all()
        measures.register_all()
        idea_mails.register_all()
        day_mails.register_all()
        mails.register_all()
        troubles.register_all()
        search.register_all()
        files.when_masked(take_masked)
        files.when_masked(uat_results.take_masked)
        uat_judging.register_all()
        uat_mails.register_all()
        change_watch.register(follow_change)
        people_watch.register(conditions.remind_anew)
        # the Go decision
        from engagements import agreements
        from engagements.models import SignOff
        from standups.going_live import go
        from standups.services import go as deciding

        agreements.holds_while(SignOff.Kind.GO, go.refuse_outdated)
        agreements.used_unsigned_while(SignOff.Kind.GO, go.refuse_kept_back)
        agreements.when_signed(SignOff.Kind.GO, deciding.carry_out)
        agreements.at_home(SignOff.Kind.GO, deciding.home_of)
        # first weeks and hand-over
        from standups.services import hand_over

        hand_over.register_all()
