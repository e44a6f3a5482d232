"""An effect names its data apart from its method, and a verdict the evidence it was issued for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0005_drafts_beside_plans_in_force")]

    operations = [
        migrations.AddField(
            model_name="effect",
            name="facts",
            field=models.JSONField(
                default=dict,
                help_text="What is known besides the estimate: schools left out, how much of it by which count,"
                " words.",
            ),
        ),
        migrations.AddField(
            model_name="effect",
            name="inputs",
            field=models.CharField(
                blank=True,
                help_text="Of the data and the plan alone, whatever the method's version.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="initiativereturn",
            name="issued_for",
            field=models.CharField(
                blank=True, help_text="Stands for the evidence that an issued verdict rests on.", max_length=64
            ),
        ),
    ]
