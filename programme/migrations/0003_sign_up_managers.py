"""Gives sign-up managers of a site that is in use what a new site gives them.

Groups are made once, and then belong to the administrator, so this is done once
too. Permissions come into being after all migrations: here they are needed before.
"""

from django.db import migrations

CODENAMES = {
    "view_signup": "Can view sign-up",
    "change_signup": "Can change sign-up",
    "delete_signup": "Can delete sign-up",
    "export_signup": "Can export sign-ups",
}


def allow(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.filter(name="Sign-up managers").first()
    if group is None:
        return
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="programme", model="signup"
    )
    for codename, name in CODENAMES.items():
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("programme", "0002_sign_ups"),
    ]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
