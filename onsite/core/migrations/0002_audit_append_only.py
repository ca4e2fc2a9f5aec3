"""The database itself refuses to change or delete an audit entry."""

from django.db import migrations

from onsite.core import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: append_only.guard(editor), lambda apps, editor: append_only.unguard(editor)
        )
    ]
