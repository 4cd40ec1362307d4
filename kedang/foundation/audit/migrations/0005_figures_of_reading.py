from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_no_replace"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("category", "read")),
                fields=["fonds_id", "subject_type", "at", "actor_id"],
                name="event_of_reading",
            ),
        ),
    ]
