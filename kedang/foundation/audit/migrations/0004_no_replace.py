from django.db import migrations

from kedang.foundation.audit.sealing import guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection)


class Migration(migrations.Migration):
    """The triggers of SQLite against INSERT OR REPLACE; those of PostgreSQL are as they were."""

    dependencies = [
        ("audit", "0003_seals"),
    ]

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
