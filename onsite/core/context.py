"""What every template may know about the product."""

from django.conf import settings
from django.http import HttpRequest

from onsite.core import company


def product(request: HttpRequest) -> dict[str, object]:
    """Return the mode and the vendor's name, which the template asks for; at most one query a minute."""
    return {"demo_mode": settings.DEMO, "vendor_name": company.shown_name}
