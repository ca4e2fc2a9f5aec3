from zoneinfo import ZoneInfo

from django.db import migrations


def tell_pictures_their_baseline(apps, schema_editor):
    """A picture knows the plan that was agreed by its day at the site; which tasks drove it then can't be found out any
    more. In a migration of its own: PostgreSQL alters no table whose rows were changed in the same transaction."""
    pictures = apps.get_model("engagements", "PlanSnapshot").objects.filter(baseline=None)
    baselines = apps.get_model("engagements", "Baseline").objects.select_related("engagement")
    # The newest first: a picture belongs to the last one before it, and those of this release know theirs.
    for baseline in baselines.order_by("engagement_id", "-number").iterator():
        taken_on = baseline.taken_at.astimezone(ZoneInfo(baseline.engagement.time_zone)).date()
        of_plan = pictures.filter(stage__engagement=baseline.engagement_id, taken_on__gte=taken_on)
        of_plan.update(baseline=baseline)


class Migration(migrations.Migration):
    dependencies = [
        ("engagements", "0007_needs_as_rows"),
    ]

    operations = [
        migrations.RunPython(tell_pictures_their_baseline, migrations.RunPython.noop),
    ]
