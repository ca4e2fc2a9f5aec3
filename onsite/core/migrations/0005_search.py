"""What can be found, with the database's own index of its tokens, and what was looked for in vain."""

from django.db import migrations, models

from onsite.core.search import words


class Migration(migrations.Migration):
    dependencies = [("core", "0004_incoming_files")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("is_shared", models.BooleanField()),
                ("chunk", models.PositiveSmallIntegerField(default=0)),
                ("engagement_id", models.BigIntegerField(null=True)),
                ("client_id", models.BigIntegerField(null=True)),
                ("day", models.DateField()),
                ("title", models.CharField(blank=True, max_length=500)),
                ("text", models.TextField(blank=True)),
                ("folded", models.TextField(blank=True)),
                ("tokens", models.TextField(blank=True)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["engagement_id", "-day"], name="search_entry_of_engagement")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id", "is_shared", "chunk"), name="search_entry_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchMiss",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=100, unique=True)),
                ("times", models.PositiveIntegerField(default=1)),
                ("last_at", models.DateTimeField()),
            ],
            options={"ordering": ["-times", "-last_at", "pk"]},
        ),
        migrations.RunPython(
            lambda apps, editor: words.lay_out(editor), lambda apps, editor: words.take_away(editor)
        ),
    ]
