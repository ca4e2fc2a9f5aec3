from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from engagements import overview
        from engagements.rules import glance
        from onsite.core import jobs
        from reports import delay_mails, demands, guides, mails
        from reports.dashboards import health_card
        from reports.exports import JOB as EXPORT
        from reports.exports import make_zip
        from reports.services import render_document

        demands.register_all()
        overview.register(glance.tell)
        overview.register_card(health_card.tell)
        mails.register_all()
        delay_mails.register_all()
        jobs.register("document", task="reports.render", run=render_document)
        jobs.register(EXPORT, task="reports.render", run=make_zip)
        jobs.register("guide", task="reports.render", run=guides.print_guide)
