from django.db import migrations

from districts.services.second_step_secrets import encrypt_second_steps


def encrypt_stored(apps, schema_editor):
    """Encrypt what earlier releases stored as it was. Processes of those releases refuse codes from here on."""
    encrypt_second_steps(authenticators=apps.get_model("mfa", "Authenticator"))


class Migration(migrations.Migration):

    dependencies = [
        ('districts', '0006_account_notices'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.RunPython(encrypt_stored, migrations.RunPython.noop, elidable=True),
    ]
