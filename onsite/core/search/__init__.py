"""One search over what every app offers: which passages a row has, what finds them, and in which order.

An app registers its rows from `AppConfig.ready()` (`index.register`); `onsite.search` asks (`query`) and shows.
"""

from onsite.core.search.index import Passage, follow, leads_to, register, update
from onsite.core.search.missed import misses

__all__ = ["Passage", "follow", "leads_to", "misses", "register", "update"]
