"""OnSite: the whole life of an on-site software implementation engagement."""

from onsite.celery import app as celery_app

__all__ = ["celery_app"]
