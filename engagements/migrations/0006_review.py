import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0005_attachment_text'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Its lines become rows of their own in the next migration.
        migrations.RenameField(model_name='followupvisit', old_name='new_needs', new_name='told_needs'),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160, verbose_name='lesson')),
                ('what_happened', models.TextField(verbose_name='what happened')),
                ('why', models.TextField(verbose_name='why')),
                ('rule', models.TextField(verbose_name='the rule from now on')),
                ('is_internal', models.BooleanField(default=True, verbose_name='internal')),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['engagement_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='NewNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300, verbose_name='new need')),
                ('state', models.CharField(choices=[('open', 'Followed up'), ('won', 'Became an order'), ('dropped', 'Nothing came of it')], default='open', max_length=7)),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['visit_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='NoLesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='why there is none')),
                ('stated_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='RuleApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticked_at', models.DateTimeField(null=True)),
                ('applied_at', models.DateTimeField(auto_now_add=True)),
                ('satisfied_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['engagement_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField(verbose_name='what is to be done, and why')),
                ('form', models.CharField(choices=[('sign_off', 'A text that the client signs'), ('document', "A document of the client's"), ('checklist', 'A line of the checklist, ticked'), ('plan', 'A contingency plan that is ready')], max_length=9, verbose_name='what is demanded')),
                ('content', models.JSONField(default=dict)),
                ('before_phase', models.CharField(choices=[('execution', 'Execution'), ('review', 'Review'), ('closed', 'Closed')], default='execution', max_length=12, verbose_name='before')),
                ('binds_all', models.BooleanField(default=False, verbose_name='binds every engagement')),
                ('industries', models.JSONField(default=list, verbose_name='industries')),
                ('core_tasks', models.JSONField(default=list, verbose_name='core tasks')),
                ('modules', models.JSONField(default=list, verbose_name="words in a module's name")),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what changed')),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['rule_id', '-number'],
            },
        ),
        migrations.CreateModel(
            name='StandingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160, verbose_name='rule')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('promoted_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('retire_reason', models.CharField(blank=True, max_length=200, verbose_name='why it is retired')),
            ],
            options={
                'ordering': ['title', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('milestone', 'At a milestone'), ('closing', 'At the end')], default='closing', max_length=9, verbose_name='occasion')),
                ('questions', models.JSONField(default=list, verbose_name='own questions')),
                ('closes_on', models.DateField(verbose_name='answers until')),
                ('asked_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['engagement_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SurveyAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('role', models.CharField(blank=True, max_length=80, verbose_name='position')),
                ('overall', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='overall')),
                ('values', models.JSONField(default=dict)),
                ('text', models.TextField(blank=True, verbose_name='in their own words')),
                ('method', models.CharField(choices=[('screen', 'on screen'), ('link', 'by mailed link'), ('paper', 'on paper')], max_length=6)),
                ('answered_on', models.DateField(verbose_name='answered on')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['survey_id', 'answered_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SurveyInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['survey_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='VisitAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tried_at', models.DateTimeField(verbose_name='tried at')),
                ('channel', models.CharField(choices=[('phone', 'phone'), ('video', 'video'), ('site', 'on site')], max_length=5, verbose_name='by')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what happened')),
            ],
            options={
                'ordering': ['visit_id', 'tried_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='appointed_at',
            field=models.DateTimeField(null=True, verbose_name='agreed for'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='condition',
            field=models.CharField(blank=True, choices=[('well', 'Runs well'), ('troubled', 'Runs, with troubles'), ('badly', 'Hinders the work'), ('stopped', 'Is not used any more')], max_length=8, verbose_name='system'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='holder',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits_to_hold', to=settings.AUTH_USER_MODEL, verbose_name='held by'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='invited',
            field=models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='internal_note',
            field=models.TextField(blank=True, verbose_name='note for us only'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='invitation_sequence',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='place',
            field=models.CharField(blank=True, max_length=300, verbose_name='phone number or video link'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='why it was moved'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='satisfaction',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='satisfaction'),
        ),
        migrations.AddField(
            model_name='followupvisit',
            name='spoke_with',
            field=models.CharField(blank=True, max_length=120, verbose_name='spoke with'),
        ),
        migrations.AddField(
            model_name='plansnapshot',
            name='baseline',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engagements.baseline'),
        ),
        migrations.AddField(
            model_name='plansnapshot',
            name='driving_tasks',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='plansnapshot',
            name='has_tasks',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='reading',
            name='closes',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='reading',
            name='visit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='engagements.followupvisit'),
        ),
        migrations.AlterField(
            model_name='mailedlink',
            name='purpose',
            field=models.CharField(choices=[('document', 'Give Document'), ('interview', 'Confirm Interview'), ('survey', 'Answer Survey')], max_length=10),
        ),
        migrations.AlterField(
            model_name='publication',
            name='item',
            field=models.CharField(choices=[('forecast', 'Forecast'), ('delay', 'Delay ledger')], max_length=12),
        ),
        migrations.AlterField(
            model_name='signoff',
            name='kind',
            field=models.CharField(choices=[('goals', 'Goals and scope'), ('change', 'Change request'), ('data', 'Data check'), ('uat', 'Acceptance test'), ('go', 'Go decision'), ('handover', 'Hand-over to operations'), ('rule', 'Confirmation letter')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='followupvisit',
            constraint=models.CheckConstraint(condition=models.Q(('appointed_at', None), ('holder__isnull', False), _connector='OR'), name='visit_appointed_has_a_holder'),
        ),
        migrations.AddConstraint(
            model_name='followupvisit',
            constraint=models.CheckConstraint(condition=models.Q(('satisfaction', None), ('satisfaction__range', (1, 5)), _connector='OR'), name='visit_satisfaction_from_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('objective', 'visit'), name='reading_once_per_visit'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('closes', False), ('visit', None), _connector='OR'), name='reading_closes_or_is_of_a_visit'),
        ),
        migrations.AddField(
            model_name='lesson',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='engagements.engagement'),
        ),
        migrations.AddField(
            model_name='lesson',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='newneed',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='followed up by'),
        ),
        migrations.AddField(
            model_name='newneed',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='new_needs', to='engagements.followupvisit'),
        ),
        migrations.AddField(
            model_name='nolesson',
            name='engagement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='no_lesson', to='engagements.engagement'),
        ),
        migrations.AddField(
            model_name='nolesson',
            name='stated_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='checklist_item',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engagements.checklistitem'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='contingency_plan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engagements.contingencyplan'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='document_request',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engagements.documentrequest'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rule_applications', to='engagements.engagement'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='sign_off',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engagements.signoff'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='ticked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='clients',
            field=models.ManyToManyField(blank=True, related_name='+', to='engagements.client', verbose_name='clients'),
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='engagements.ruleversion'),
        ),
        migrations.AddField(
            model_name='standingrule',
            name='lesson',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='standing_rule', to='engagements.lesson'),
        ),
        migrations.AddField(
            model_name='standingrule',
            name='promoted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='standingrule',
            name='retired_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='engagements.standingrule'),
        ),
        migrations.AddField(
            model_name='ruleapplication',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='engagements.standingrule'),
        ),
        migrations.AddField(
            model_name='survey',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='survey',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='survey',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='surveys', to='engagements.engagement'),
        ),
        migrations.AddField(
            model_name='survey',
            name='stage',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.stage', verbose_name='milestone'),
        ),
        migrations.AddField(
            model_name='surveyanswer',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='surveyanswer',
            name='scan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.attachment'),
        ),
        migrations.AddField(
            model_name='surveyanswer',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='engagements.survey'),
        ),
        migrations.AddField(
            model_name='surveyanswer',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='surveyinvitation',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='engagements.survey'),
        ),
        migrations.AddField(
            model_name='surveyinvitation',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='visitattempt',
            name='tried_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='visitattempt',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='engagements.followupvisit'),
        ),
        migrations.AddConstraint(
            model_name='lesson',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='lesson_has_a_title'),
        ),
        migrations.AddConstraint(
            model_name='newneed',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='new_need_has_a_text'),
        ),
        migrations.AddConstraint(
            model_name='nolesson',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='no_lesson_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='standingrule',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='standing_rule_has_a_title'),
        ),
        migrations.AddConstraint(
            model_name='standingrule',
            constraint=models.CheckConstraint(condition=models.Q(('retired_at', None), models.Q(('retire_reason', ''), _negated=True), _connector='OR'), name='standing_rule_retired_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.UniqueConstraint(fields=('rule', 'number'), name='rule_version_once'),
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.CheckConstraint(condition=models.Q(('before_phase__in', ['execution', 'review', 'closed'])), name='rule_version_at_a_gate'),
        ),
        migrations.AddIndex(
            model_name='ruleapplication',
            index=models.Index(fields=['rule', 'ended_at'], name='engagements_rule_id_bdc91d_idx'),
        ),
        migrations.AddConstraint(
            model_name='ruleapplication',
            constraint=models.UniqueConstraint(fields=('engagement', 'rule'), name='rule_binds_an_engagement_once'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.UniqueConstraint(condition=models.Q(('occasion', 'closing')), fields=('engagement',), name='survey_one_at_the_end'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.UniqueConstraint(condition=models.Q(('occasion', 'milestone')), fields=('engagement', 'stage'), name='survey_once_per_milestone'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('occasion', 'closing'), ('stage', None)), models.Q(('occasion', 'milestone'), ('stage__isnull', False)), _connector='OR'), name='survey_of_a_milestone_or_the_end'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('asked_at__isnull', False), _connector='OR'), name='survey_asked_before_closed'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.UniqueConstraint(fields=('survey', 'user'), name='survey_answer_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.UniqueConstraint(condition=models.Q(('user', None)), fields=('survey', 'name'), name='survey_answer_once_per_name'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.CheckConstraint(condition=models.Q(('overall__range', (1, 5))), name='survey_answer_from_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entered_by__isnull', False), ('method', 'paper'), ('scan__isnull', False)), models.Q(models.Q(('method', 'paper'), _negated=True), ('entered_by', None), ('scan', None), ('user__isnull', False)), _connector='OR'), name='survey_answer_by_the_person_or_on_paper'),
        ),
        migrations.AddConstraint(
            model_name='surveyinvitation',
            constraint=models.UniqueConstraint(fields=('survey', 'user'), name='survey_invitation_once'),
        ),
    ]
