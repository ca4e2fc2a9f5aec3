"""What every template may know about the product."""

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    """Return the mode and the vendor's name; no query."""
    return {"demo_mode": settings.DEMO, "vendor_name": settings.VENDOR_NAME}
