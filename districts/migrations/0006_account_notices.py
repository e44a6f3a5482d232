from django.db import migrations, models


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
        migrations.RemoveField(
            model_name='user',
            name='second_step_ended_at',
        ),
    ]
