from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "engagements"

    def ready(self) -> None:
        from engagements import (
            agreements,
            demands,
            document_mails,
            end_watch,
            file_mails,
            mails,
            people_watch,
            search,
            survey_mails,
            visit_mails,
        )
        from engagements.models import SignOff
        from engagements.rules import kept
        from engagements.services import changes, files, goals, rules, surveys
        from engagements.services.signing import ask_arrived
        from onsite.accounts import arrivals
        from onsite.core import jobs

        agreements.when_signed(SignOff.Kind.GOALS, goals.keep_agreed_plan)
        agreements.when_signed(SignOff.Kind.CHANGE, changes.carry_out)
        agreements.holds_while(SignOff.Kind.CHANGE, changes.refuse_outdated)
        agreements.when_signed(SignOff.Kind.RULE, kept.letter_signed)
        demands.register_all()
        mails.register_all()
        document_mails.register_all()
        file_mails.register_all()
        survey_mails.register_all()
        visit_mails.register_all()
        search.register_all()
        jobs.register(
            files.KIND,
            task="engagements.look_through",
            run=files.look_through,
            given_up=files.give_up,
            lease=files.LEASE,
        )
        jobs.register(files.READING, task="engagements.read_file", run=files.read, lease=files.LEASE)
        jobs.register(files.MASKING, task="engagements.mask_file", run=files.mask_in_worker, lease=files.LEASE)
        jobs.register(rules.KIND, task="engagements.apply_rules", run=rules.reach_in_worker)
        arrivals.register(ask_arrived)
        end_watch.register(surveys.close_all)
        people_watch.register_leaving(surveys.forget_person)
