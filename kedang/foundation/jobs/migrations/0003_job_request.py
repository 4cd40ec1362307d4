"""Jobs keep the id of the request that handed them in. Reversible: the column is dropped again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_schedule")]

    operations = [
        migrations.AddField(
            "job",
            "request_id",
            models.CharField("请求号", max_length=40, blank=True, default=""),
        ),
    ]
