from django.db import migrations


def into_rows(apps, schema_editor):
    visits = apps.get_model("engagements", "FollowUpVisit").objects
    needs = apps.get_model("engagements", "NewNeed").objects
    # One that went back and comes again has its rows still.
    for visit in visits.exclude(told_needs="").exclude(held_by=None).filter(new_needs=None):
        lines = filter(None, map(str.strip, visit.told_needs.splitlines()))
        # A row holds 300 characters: what was told at length goes on in the next one.
        texts = [line[start : start + 300] for line in lines for start in range(0, len(line), 300)]
        needs.bulk_create(needs.model(visit=visit, text=text, owner_id=visit.held_by_id) for text in texts)


def into_lines(apps, schema_editor):
    needs = apps.get_model("engagements", "NewNeed").objects
    lines = {}
    for need in needs.order_by("pk"):
        lines.setdefault(need.visit_id, []).append(need.text)
    for pk, texts in lines.items():
        apps.get_model("engagements", "FollowUpVisit").objects.filter(pk=pk).update(told_needs="\n".join(texts))


class Migration(migrations.Migration):
    dependencies = [
        ("engagements", "0006_review"),
    ]

    operations = [
        migrations.RunPython(into_rows, into_lines),
        migrations.RemoveField(model_name="followupvisit", name="told_needs"),
    ]
