"""The document table and, beside it, the index of its tokens in the form of each database."""

from django.db import migrations, models

POSTGRESQL = [
    'ALTER TABLE search_document ALTER COLUMN body TYPE text COLLATE "C"',
    "ALTER TABLE search_document ADD COLUMN tokens tsvector NOT NULL DEFAULT ''",
    # Statistics of tokens cost ANALYZE much and would only tempt the planner; the plan is chosen by measuring.
    "ALTER TABLE search_document ALTER COLUMN tokens SET STATISTICS 0",
    "CREATE INDEX search_document_tokens ON search_document USING gin (tokens)",
]
SQLITE = [
    "CREATE VIRTUAL TABLE search_grams USING fts5("
    "tokens, content='', contentless_delete=1, detail=none, tokenize='ascii')",
    "INSERT INTO search_grams(search_grams, rank) VALUES ('hashsize', 33554432)",
]


def create_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE search_grams")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("fonds_id", models.IntegerField(verbose_name="全宗")),
                ("secrecy_level", models.SmallIntegerField(verbose_name="密级")),
                ("owner_id", models.IntegerField(null=True, verbose_name="负责人")),
                ("department_id", models.IntegerField(null=True, verbose_name="部门")),
                ("region_code", models.CharField(blank=True, default="", max_length=6, verbose_name="地区")),
                ("body", models.TextField(verbose_name="检索文本")),
            ],
            options={
                "verbose_name": "检索文档",
                "verbose_name_plural": "检索文档",
                "db_table": "search_document",
                "default_permissions": (),
            },
        ),
        migrations.RunPython(create_index, drop_index),
    ]
