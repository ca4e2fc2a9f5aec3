import django.db.models.deletion
from django.db import migrations, models


def begin_waits(apps, schema_editor):
    """Of what happened before, only the last party is known in one place."""
    waits = apps.get_model("standups", "ProblemWait").objects
    problems = apps.get_model("standups", "Problem").objects
    known = problems.values_list("pk", "next_step_with", "raised_on", "solved_on")
    waits.bulk_create(
        waits.model(problem_id=pk, party=party, since_on=raised_on, until_on=solved_on)
        for pk, party, raised_on, solved_on in known.iterator()
        if solved_on is None or solved_on > raised_on
    )


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0006_review'),
        ('standups', '0003_going_live'),
    ]

    operations = [
        migrations.AddField(
            model_name='problem',
            name='recurs',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='recurrences', to='engagements.standingrule', verbose_name='happened again although this rule stands'),
        ),
        migrations.CreateModel(
            name='ProblemWait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('vendor', 'Vendor'), ('client', 'Client'), ('third_party', 'Third party')], max_length=11)),
                ('since_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waits', to='standups.problem')),
            ],
            options={
                'ordering': ['problem_id', 'since_on', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_on', None)), fields=('problem',), name='problem_waits_with_one'), models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gt', models.F('since_on')), _connector='OR'), name='problem_wait_lasts')],
            },
        ),
        migrations.RunPython(begin_waits, migrations.RunPython.noop),
    ]
