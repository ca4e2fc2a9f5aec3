from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from onsite.core import jobs
        from reports import demands, guides
        from reports.services import render_document

        demands.register_all()
        jobs.register("document", task="reports.render", run=render_document)
        jobs.register("guide", task="reports.render", run=guides.print_guide)
