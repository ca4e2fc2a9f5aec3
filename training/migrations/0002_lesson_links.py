import django.db.models.deletion
from django.db import migrations, models


def drop_links_to_lessons(apps, schema_editor):
    """What was before knows links to problems and engagements alone; the article itself stays."""
    apps.get_model("training", "ArticleLink").objects.exclude(lesson=None).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0006_review'),
        ('training', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='articlelink',
            name='article_link_to_one_thing',
        ),
        migrations.AddField(
            model_name='articlelink',
            name='lesson',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='engagements.lesson'),
        ),
        migrations.AddConstraint(
            model_name='articlelink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('engagement', None), ('lesson', None), ('problem__isnull', False)), models.Q(('engagement__isnull', False), ('lesson', None), ('problem', None)), models.Q(('engagement', None), ('lesson__isnull', False), ('problem', None)), _connector='OR'), name='article_link_to_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='articlelink',
            constraint=models.UniqueConstraint(fields=('article', 'lesson'), name='article_link_to_a_lesson_once'),
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_links_to_lessons),
    ]
