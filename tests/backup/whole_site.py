"""A small site with something of everything, and all that can be seen of it."""

import json
from datetime import timedelta
from hashlib import sha256

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.sql import emit_post_migrate_signal
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.fields import StreamField
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Comment,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    PageViewRestriction,
    Site,
    Workflow,
    get_page_models,
)

from cms.api.models import Scope, Token
from cms.backup import media
from cms.backup.tables import fields_of, in_backup, label
from cms.core.models import Alert, SiteSettings, User
from cms.delivery.models import Delivery, Endpoint
from cms.events.models import Event
from resources.models import DocumentVersion, PageExport
from tests.blocks import stream_fields, whole_stream
from tests.factories import (
    BenefitsPageFactory,
    DocumentFactory,
    GetInvolvedPageFactory,
    HomePageFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    PartnersPageFactory,
    SignUpFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
    UserFactory,
    user_in,
)
from tests.factories.files import MINIMAL_PDF
from tests.whole_pages import make as whole_page

CLOCKS = 1_000_000_000  # what a restore adds to the log has a higher number


def make() -> None:
    """Fill an empty, migrated site."""
    # As in a database that was filled in another order: no key is the same by chance.
    Permission.objects.filter(content_type__app_label="core").delete()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    Page.objects.filter(depth=2).delete()
    home = HomePageFactory(parent=Page.get_first_root_node())
    site, _ = Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    picture, poster = ImageFactory(title="Pier"), DocumentFactory(title="Plakat ąęż 🦆")
    PartnerFactory(name="A partner")
    for factory in (BenefitsPageFactory, PartnersPageFactory, MaterialsPageFactory):
        factory(parent=home)
    ToolkitChapterPageFactory(parent=ToolkitPageFactory(parent=home))
    form = GetInvolvedPageFactory(parent=home)
    for model in get_page_models():
        if model is not Page:
            values = {field.name: whole_stream(model, field.name) for field in stream_fields(model)}
            page = whole_page(model, home, **values)
            if page.pk != home.pk:
                page.slug = f"whole-{page.pk}"
            page.save_revision().publish()
    _editing(home, poster)
    _people(home, poster, picture)
    _files(home, poster, picture)
    settings = SiteSettings.for_site(site)
    settings.save()
    Redirect.add_redirect("/old/", redirect_to=home)
    Alert.objects.create(title="Closed on Monday", message="Come on Tuesday.", page=home)
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    Delivery.objects.create(endpoint=endpoint, what="test", body="{}", subject="")
    token = Token(name="App", scopes=[Scope.DRAFTS_READ])
    token.make_key()
    token.save()
    sign_up = SignUpFactory(page=form, choices={"interest": ["Panel"]})
    _all_the_rest(home, sign_up)


def _all_the_rest(home, sign_up):
    """A row in each table that has none yet."""
    jo, now = User.objects.get(email="all@example.org"), timezone.now()
    draft, group = Page.objects.get(slug="draft"), Group.objects.get(name="Helpers")
    content_type = ContentType.objects.get_for_model(Alert)
    comment, collection = Comment.objects.get(), Collection.objects.get(name="Private")
    workflow = Workflow.objects.first()
    a_row = {
        "core.PreviewLink": {"page": draft, "created_by": jo, "ends_at": now},
        "events.Reader": {"name": "someone", "read_to": 3},
        "otp_static.StaticDevice": {"pk": 1, "user": jo, "name": "Recovery codes"},
        "otp_static.StaticToken": {"device_id": 1, "token": "0123456789abcdef"},
        "otp_totp.TOTPDevice": {"user": jo, "name": "App"},
        "programme.SignUpMessage": {"sign_up": sign_up, "kind": "confirm"},
        "programme.SignUpNote": {"sign_up": sign_up, "text": "Telephoned.", "author": jo},
        "programme.SignUpPurge": {},
        "resources.CollectionArchive": {"collection": collection},
        "resources.DownloadCount": {"day": now.date(), "kind": "document", "key": 1},
        "wagtailcore.APIToken": {"user": jo, "name": "Script", "key_hash": "0", "prefix": "0"},
        "wagtailcore.CommentReply": {"comment": comment, "user": jo, "text": "Yes."},
        "wagtailcore.GroupSitePermission": {
            "group": group,
            "site": Site.objects.get(),
            "permission": permission("core", "change_sitesettings"),
        },
        "wagtailcore.ModelLogEntry": {
            "content_type": content_type, "label": "An alert", "timestamp": now, "object_id": "1",
            "action": "wagtail.edit",
        },
        "wagtailcore.PageSubscription": {
            "user": jo, "page": draft, "comment_notifications": True
        },
        "wagtailcore.WorkflowContentType": {"workflow": workflow, "content_type": content_type},
        "wagtailforms.FormSubmission": {"page": home, "form_data": {"a": [1, None, "ą"]}},
        "wagtailusers.UserProfile": {"user": jo},
    }  # fmt: skip
    for name, values in a_row.items():
        apps.get_model(name).objects.create(**values)
    CollectionViewRestriction.objects.get().groups.add(group)


def permission(app, name):
    return Permission.objects.get(content_type__app_label=app, codename=name)


def _editing(home, poster):
    draft = StandardPageFactory(parent=home, slug="draft", live=False)
    draft.title = "A draft"
    draft.save_revision()
    draft.title = "A later one"
    draft.save_revision(approved_go_live_at=timezone.now() + timedelta(days=3))
    author = user_in("Authors", email="author@example.org")
    waiting = StandardPageFactory(parent=home, slug="waiting", live=False)
    waiting.save_revision(user=author)
    Workflow.objects.first().start(waiting, author)
    Comment.objects.create(page=waiting, user=author, text="Is this right?", contentpath="title")


def _people(home, poster, picture):
    UserFactory(email="all@example.org", is_superuser=True)
    user_in("Publishers", email="publisher@example.org")
    helper = user_in(None, email="helper@example.org")
    helpers = Group.objects.create(name="Helpers")
    helper.groups.add(helpers)
    helper.user_permissions.add(permission("core", "change_alert"))
    private = StandardPageFactory(parent=home, slug="private")
    GroupPagePermission.objects.create(
        group=helpers, page=private, permission=permission("wagtailcore", "change_page")
    )
    PageViewRestriction.objects.create(page=private, restriction_type="groups").groups.add(helpers)
    collection = Collection.get_first_root_node().add_child(name="Private")
    GroupCollectionPermission.objects.create(
        group=helpers,
        collection=collection,
        permission=permission("core", "add_image"),
    )
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="secret"
    )
    DocumentFactory(title="For few", collection=collection)


def _files(home, poster, picture):
    DocumentFactory(title="Poster in English", form_of=poster, language="en")
    DocumentVersion.objects.create(
        document=poster,
        number=1,
        file=ContentFile(MINIMAL_PDF + b"%older", name="older.pdf"),
        filename="older.pdf",
        file_size=len(MINIMAL_PDF) + 6,
        file_hash="0" * 40,
        dated=timezone.now(),
    )
    poster.tags.add("Council")
    picture.get_rendition("width-60|format-webp")
    page = Page.objects.type(type(home)).first()
    PageExport(page=page, format="pdf").keep(MINIMAL_PDF, name="home.pdf", digest="0" * 64)
    default_storage.save("documents/of nobody/ä.txt", ContentFile(b"x" * 70_000))


def seen() -> dict:
    """Everything that can be compared with another site's."""
    return {"rows": rows(), "files": files(), "pages": pages(), "may": may()}


def rows() -> dict:
    found = {}
    for model in in_backup():
        there = QuerySet(model)
        if model is Event:
            there = there.filter(number__lt=CLOCKS)
        fields = fields_of(model)
        found[label(model)] = sorted(
            json.dumps([_plain(field, row) for field in fields], sort_keys=True, default=str)
            for row in there
        )
    return found


def _plain(field, row):
    value = field.value_to_string(row)
    # A database may keep the keys of JSON in an order of its own.
    return json.loads(value) if isinstance(field, StreamField) else value


def files() -> dict:
    found = {}
    for name in media.in_store():
        with default_storage.open(name) as file:
            found[name] = sha256(file.read()).hexdigest()
    return found


def pages() -> list:
    answer = Client().get("/api/content/v1/pages/", {"fields": "*", "limit": 100})
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def may() -> dict:
    """What each person may do: everywhere, with each page, in each collection."""
    found = {}
    for user in User.objects.order_by("email"):
        found[user.email] = {
            "everywhere": sorted(user.get_all_permissions()),
            "password": user.password,
            "pages": {
                page.url_path: [
                    tester.can_edit(),
                    tester.can_publish(),
                    tester.can_delete(),
                    tester.can_add_subpage(),
                ]
                for page in Page.objects.filter(depth__gt=1)
                for tester in [page.permissions_for_user(user)]
            },
            "collections": sorted(
                f"{collection.name} {permission.permission.codename}"
                for permission in GroupCollectionPermission.objects.filter(group__user=user)
                for collection in permission.collection.get_descendants(inclusive=True)
            ),
        }
    return found
