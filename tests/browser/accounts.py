"""One account for each role, made in the site that the environment names.

DJANGO_SETTINGS_MODULE=… python -m tests.browser.accounts
"""

PASSWORD = "tide-table and two circles"
ROLES = {
    "author@example.org": "Authors",
    "editor@example.org": "Editors",
    "publisher@example.org": "Publishers",
    "sign-ups@example.org": "Sign-up managers",
}
PRIVATE_PAGE = "/for-partners-only/"


def create_accounts() -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    for email, role in ROLES.items():
        user = get_user_model().objects.create_user(
            email, PASSWORD, first_name="Test", last_name=role.rstrip("s")
        )
        user.groups.add(Group.objects.get(name=role))


def create_private_page() -> None:
    from wagtail.models import PageViewRestriction, Site

    from home.models import StandardPage

    page = StandardPage(
        title="For partners only",
        slug=PRIVATE_PAGE.strip("/"),
        summary="Notes for partners.",
        content_owner_name="The co-production team",
        content_owner_email="coproduction@example.org",
        body=[{"type": "rich_text", "value": "<p>Notes for partners.</p>"}],
    )
    Site.objects.get().root_page.add_child(instance=page)
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password=PASSWORD
    )


if __name__ == "__main__":
    import django

    django.setup()
    create_accounts()
    create_private_page()
