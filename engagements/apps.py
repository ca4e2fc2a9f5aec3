from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "engagements"

    def ready(self) -> None:
        from engagements import agreements, demands, document_mails, file_mails, mails, search
        from engagements.models import SignOff
        from engagements.services import changes, files, goals
        from engagements.services.signing import ask_arrived
        from onsite.accounts import arrivals
        from onsite.core import jobs

        agreements.when_signed(SignOff.Kind.GOALS, goals.keep_agreed_plan)
        agreements.when_signed(SignOff.Kind.CHANGE, changes.carry_out)
        agreements.holds_while(SignOff.Kind.CHANGE, changes.refuse_outdated)
        demands.register_all()
        mails.register_all()
        document_mails.register_all()
        file_mails.register_all()
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
        arrivals.register(ask_arrived)
