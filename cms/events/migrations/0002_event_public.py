"""What is in the log already is public if it is about something that is public now."""

from django.db import migrations, models


def mark_what_is_public(apps, schema_editor):
    Event = apps.get_model("events", "Event")
    Page = apps.get_model("wagtailcore", "Page")
    restricted = tuple(
        apps.get_model("wagtailcore", "PageViewRestriction").objects.values_list(
            "page__path", flat=True
        )
    )
    public = [
        str(key)
        for key, path in Page.objects.filter(live=True).values_list("pk", "path")
        if not path.startswith(restricted)
    ]
    there = Event.objects.filter(what__in=["published", "moved"])
    there.filter(tree_path="").update(public=True)
    for start in range(0, len(public), 500):
        keys = public[start : start + 500]
        there.exclude(tree_path="").filter(key__in=keys).update(public=True)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="public",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["model", "key", "number"], name="event_about"),
        ),
        migrations.RunPython(mark_what_is_public, migrations.RunPython.noop),
    ]
