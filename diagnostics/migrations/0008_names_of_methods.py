"""The name of a method may be as long as it takes to say what it does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0007_budgets_of_moves")]

    operations = [
        migrations.AlterField(
            model_name="effect", name="method", field=models.CharField(blank=True, max_length=120)
        ),
    ]
