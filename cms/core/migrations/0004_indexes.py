from django.db import migrations

# Wagtail's tables lack an index for two questions that every large site is asked.
#
# - Which pages are children of one: it looks for a depth and a beginning of the path, and
#   the index of paths leads to all that are below.
# - Which texts have some words: upstream looks in titles and bodies together, and has an
#   index of each alone. `cms.core.quick_search` says more.
ON_POSTGRESQL = {
    "pages_by_depth": "wagtailcore_page (depth, path varchar_pattern_ops)",
    "words_of_title_and_body": "wagtailsearch_indexentry USING gin ((title || body))",
}
ON_SQLITE = {"pages_by_depth": "wagtailcore_page (depth, path)"}


def _indexes(schema_editor):
    return ON_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else ON_SQLITE


def add(apps, schema_editor):
    for name, what in _indexes(schema_editor).items():
        table, _, rest = what.partition(" ")
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} {rest}")


def remove(apps, schema_editor):
    for name in _indexes(schema_editor):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_previews"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailsearch", "0010_add_text_fields"),
    ]

    release_before_lives_with_it = (
        "Indexes alone. Who writes waits while one is made; readers do not."
    )
    operations = [migrations.RunPython(add, remove)]
