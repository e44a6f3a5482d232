from django.db import migrations, models


def keep_untold(apps, schema_editor):
    """Turn the moments at which a second step was ended, and which were not told yet, into notices."""
    User = apps.get_model("districts", "User")
    for user in User.objects.filter(second_step_ended_at__isnull=False):
        at = user.second_step_ended_at.isoformat()
        user.notices = [{"event": "second_step_ended", "by": "somebody else", "at": at}]
        user.save(update_fields=["notices"])


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0005_rows_left_out'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='notices',
            field=models.JSONField(blank=True, default=list, help_text='What somebody else did to the way in: event, by, at. Only appended to.'),
        ),
        migrations.AddField(
            model_name='user',
            name='notices_seen',
            field=models.PositiveIntegerField(default=0, help_text='How many of the notices were acknowledged; the others are told at each sign-in.'),
        ),
        migrations.RunPython(keep_untold, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='user',
            name='second_step_ended_at',
        ),
    ]
