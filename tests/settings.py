"""The product's own settings in test mode, so that pytest and mypy need no environment of their own."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("ONSITE_MODE", "test")
os.environ.setdefault("LOG_LEVEL", "WARNING")
if "ONSITE_VAR_DIR" not in os.environ:
    # Each test process writes into its own folder: files, broker, cache and database never meet.
    os.environ["ONSITE_VAR_DIR"] = tempfile.mkdtemp(prefix="onsite-tests-")
    atexit.register(shutil.rmtree, os.environ["ONSITE_VAR_DIR"], ignore_errors=True)
# Playwright keeps an event loop in the test's thread; Django would take that for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from onsite.settings import *
from onsite.settings import DATABASES, STATIC_ROOT, VAR_DIR

STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where it is absent; pages find their files in static/.

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the demo: threads and child processes then meet real locks.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
# Sign-in limits count in the cache: a test must not be stopped by what another one did, in this process or beside it.
# Pages are made anew for each request, because tests write rows past the services that raise a version; those about kept
# pages ask for `kept_pages`.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
