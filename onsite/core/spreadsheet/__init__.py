"""Excel files (.xlsx): written for people to fill in, read as what a stranger may have made of them.

`write` makes one, `read` takes one apart or says in a sentence why not. An import is all or nothing: it collects every
fault of every row and raises them together in one FaultsError.
"""

from onsite.core.spreadsheet.faults import Fault, FaultsError, ImportForm
from onsite.core.spreadsheet.reading import Row, read
from onsite.core.spreadsheet.response import sheet_response
from onsite.core.spreadsheet.words import as_text, meaning
from onsite.core.spreadsheet.writing import Sheet, write

__all__ = [
    "Fault",
    "FaultsError",
    "ImportForm",
    "Row",
    "Sheet",
    "as_text",
    "meaning",
    "read",
    "sheet_response",
    "write",
]
