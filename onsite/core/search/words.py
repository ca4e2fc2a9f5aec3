"""The database's own index of the tokens: what its migration lays out, and the condition that asks it.

PostgreSQL keeps a tsvector column that it generates from `tokens`, with a GIN index; SQLite an FTS5 table that triggers
fill. Neither takes the tokens apart again: both split at spaces alone, so both find the same.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.sql.compiler import SQLCompiler

from onsite.core.search.asked import All, Asked, Token

_COLUMN = "words tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED"
POSTGRESQL = [
    f"ALTER TABLE core_searchentry ADD COLUMN {_COLUMN}",
    "CREATE INDEX search_entry_words ON core_searchentry USING gin (words)",
    # Long texts lie beside the rows: going through many rows by day reads few pages.
    "ALTER TABLE core_searchentry SET (toast_tuple_target = 256)",
]
POSTGRESQL_UNDO = ["ALTER TABLE core_searchentry DROP COLUMN words"]
_TAKE_OUT = "INSERT INTO core_searchwords (core_searchwords, rowid, tokens) VALUES ('delete', old.id, old.tokens);"
_PUT_IN = "INSERT INTO core_searchwords (rowid, tokens) VALUES (new.id, new.tokens);"
_OF_ENTRIES = "content='core_searchentry', content_rowid='id', detail='none', columnsize=0"
_AS_THEY_ARE = """tokenize="ascii tokenchars '-_./:#+&@^'\""""
SQLITE = [
    f"CREATE VIRTUAL TABLE core_searchwords USING fts5(tokens, {_OF_ENTRIES}, {_AS_THEY_ARE})",
    f"CREATE TRIGGER search_entry_added AFTER INSERT ON core_searchentry BEGIN {_PUT_IN} END",
    f"CREATE TRIGGER search_entry_gone AFTER DELETE ON core_searchentry BEGIN {_TAKE_OUT} END",
    f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON core_searchentry BEGIN {_TAKE_OUT} {_PUT_IN} END",
]
SQLITE_UNDO = [
    *(f"DROP TRIGGER search_entry_{name}" for name in ("added", "gone", "changed")),
    "DROP TABLE core_searchwords",
]


def lay_out(editor: BaseDatabaseSchemaEditor) -> None:
    """Add the index. A later migration that alters the table on SQLite must call this again: SQLite makes it anew."""
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def take_away(editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the index."""
    for statement in POSTGRESQL_UNDO if editor.connection.vendor == "postgresql" else SQLITE_UNDO:
        editor.execute(statement)


class Found(models.Func):
    """The condition that an entry holds what is asked for: `SearchEntry.objects.filter(Found(asked))`."""

    conditional = True
    output_field: Any = models.BooleanField()

    def __init__(self, asked: Asked, **extra: Any) -> None:
        self.asked = asked
        super().__init__(models.F("id"), **extra)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column: Any = self.source_expressions[0]
        return f"{compiler.quote_name_unless_alias(column.alias)}.words @@ %s::tsquery", (_tsquery(self.asked),)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        asked = "SELECT rowid FROM core_searchwords WHERE core_searchwords MATCH %s"
        return f"{column} IN ({asked})", (*params, _match(self.asked))


def _tsquery(asked: Asked) -> str:
    # A token never holds a quote or a backslash (`tokens._PIECE`).
    if isinstance(asked, Token):
        return f"'{asked.text}'{':*' if asked.is_prefix else ''}"
    joint = " & " if isinstance(asked, All) else " | "
    return f"({joint.join(_tsquery(part) for part in asked.parts)})"


def _match(asked: Asked) -> str:
    if isinstance(asked, Token):
        return f'"{asked.text}"{"*" if asked.is_prefix else ""}'
    joint = " AND " if isinstance(asked, All) else " OR "
    return f"({joint.join(_match(part) for part in asked.parts)})"
