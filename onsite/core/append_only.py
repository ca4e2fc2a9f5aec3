"""The triggers that make the audit append only, for the migration and for the tests that empty tables."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

POSTGRESQL = """
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append only';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON core_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse();
"""
POSTGRESQL_UNDO = """
DROP TRIGGER audit_entry_append_only ON core_auditentry;
DROP FUNCTION audit_entry_refuse();
"""
SQLITE = [
    f"""
    CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON core_auditentry
    BEGIN SELECT RAISE(ABORT, 'audit entries are append only'); END;
    """
    for verb in ("UPDATE", "DELETE")
]
SQLITE_UNDO = ["DROP TRIGGER audit_entry_no_update;", "DROP TRIGGER audit_entry_no_delete;"]


def guard(editor: BaseDatabaseSchemaEditor) -> None:
    """Make the database refuse UPDATE and DELETE."""
    for statement in [POSTGRESQL] if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def unguard(editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for statement in [POSTGRESQL_UNDO] if editor.connection.vendor == "postgresql" else SQLITE_UNDO:
        editor.execute(statement)
