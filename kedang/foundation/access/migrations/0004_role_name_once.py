"""Two roles of a company made at the same moment may not have the same name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The constraint behind the check."""

    dependencies = [("access", "0003_sign_in")]

    operations = [
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(fields=("fonds", "name"), name="role_name_once"),
        ),
    ]
