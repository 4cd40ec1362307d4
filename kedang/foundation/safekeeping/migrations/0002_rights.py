"""Installations from before backups: their system administrator may run them, their auditor may look."""

from django.db import migrations

RIGHTS = {"system_admin": ["safekeeping.view", "safekeeping.run"], "auditor": ["safekeeping.view"]}


def give(apps, schema_editor):
    roles = apps.get_model("access", "Role").objects.using(schema_editor.connection.alias)
    for role in roles.filter(code__in=RIGHTS, is_builtin=True):
        role.actions = [*role.actions, *(code for code in RIGHTS[role.code] if code not in role.actions)]
        role.save(update_fields=["actions"])


def take_back(apps, schema_editor):
    roles = apps.get_model("access", "Role").objects.using(schema_editor.connection.alias)
    for role in roles.all():
        role.actions = [code for code in role.actions if not code.startswith("safekeeping.")]
        role.save(update_fields=["actions"])


class Migration(migrations.Migration):
    dependencies = [("safekeeping", "0001_initial"), ("access", "0002_rights_and_throttle")]
    operations = [migrations.RunPython(give, take_back)]
