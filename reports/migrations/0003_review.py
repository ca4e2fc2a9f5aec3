import django.db.models.deletion
import reports.models
from django.conf import settings
from django.db import migrations, models


def give_codes(apps, schema_editor):
    documents = apps.get_model("reports", "Document").objects
    for pk in documents.values_list("pk", flat=True):
        documents.filter(pk=pk).update(code=reports.models.new_code())


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0006_review'),
        ('reports', '0002_periods'),
        ('standups', '0004_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='code',
            field=models.CharField(default='', max_length=12),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='document',
            name='code',
            field=models.CharField(default=reports.models.new_code, max_length=12, unique=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='approved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draft',
            name='approved_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='narrative',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='draft',
            name='review_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='review_asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('field_manual', 'Field manual'), ('closing_report', 'Closing report'), ('weekly_report', 'Weekly report'), ('appendix', 'Internal appendix')], max_length=14),
        ),
        migrations.AlterField(
            model_name='document',
            name='pdf_hash',
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='draft',
            name='kind',
            field=models.CharField(choices=[('field_manual', 'Field manual'), ('closing_report', 'Closing report'), ('weekly_report', 'Weekly report'), ('appendix', 'Internal appendix')], max_length=14),
        ),
        migrations.CreateModel(
            name='ReportExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('documents', models.JSONField(default=list)),
                ('skipped', models.JSONField(default=list)),
                ('file', models.FileField(blank=True, max_length=200, upload_to='exports/%Y/%m')),
                ('size_bytes', models.PositiveBigIntegerField(default=0)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report_exports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DelayVoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('arose_on', models.DateField()),
                ('told', models.JSONField(default=dict)),
                ('stance', models.CharField(choices=[('agrees', 'Agrees'), ('objects', 'Objects')], max_length=7, verbose_name='stance')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('said_at', models.DateTimeField(auto_now_add=True)),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delay_voices', to='engagements.engagement')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.stage')),
            ],
            options={
                'ordering': ['engagement_id', 'arose_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('stage', 'arose_on', 'said_by'), name='delay_voice_once_per_person'), models.CheckConstraint(condition=models.Q(('stance', 'agrees'), models.Q(('comment', ''), _negated=True), _connector='OR'), name='delay_voice_objects_with_a_comment')],
            },
        ),
        migrations.CreateModel(
            name='DraftComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chapter', models.CharField(blank=True, max_length=20)),
                ('text', models.TextField(verbose_name='remark')),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='reports.draft')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['draft_id', 'written_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='draft_comment_has_a_text')],
            },
        ),
        migrations.CreateModel(
            name='VisitIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('solved', 'Solved'), ('open', 'Still there'), ('worse', 'Got worse')], max_length=6)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what was said')),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='standups.problem')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='issues', to='engagements.followupvisit')),
            ],
            options={
                'ordering': ['visit_id', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('visit', 'problem'), name='visit_issue_once')],
            },
        ),
    ]
