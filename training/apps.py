from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        """Offer what other floors ask for."""
        # courses
        # guides and videos
        from engagements.services import files
        from training.materials.masking import take_masked

        files.when_masked(take_masked)
        # sessions and learners
        from engagements import end_watch, people_watch
        from training.services.learners import end_links_of_member, know_members
        from training.services.sessions import cancel_the_rest, told_of_the_rest
        from training.sessions import mails as session_mails

        people_watch.register(know_members)
        people_watch.register_leaving(end_links_of_member)
        end_watch.register(cancel_the_rest, told_of_the_rest)
        session_mails.register_all()
        # results
        from standups.rollout import readiness
        from training import measures
        from training.results.readiness import named_by_role, passed_by_role

        readiness.register(passed_by_role)
        readiness.register_named(named_by_role)
        measures.register_all()
        # wiki and sharing sessions
        from training.wiki import mails as wiki_mails

        wiki_mails.register_all()
        from training.sharing import mails as sharing_mails

        sharing_mails.register_all()
        # what is found
        from training import search

        search.register_all()
