"""A site with one thing of each kind, so that every address of the tables leads to something."""

import json
from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.signing import Signer
from django.test import TestCase
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.utils import get_file_storage
from wagtail.models import (
    APIToken,
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Site,
    UploadedFile,
    Workflow,
)

from cms.api.models import Scope, Token
from cms.core.models import Alert, Image, SiteSettings
from cms.delivery.models import Delivery, Endpoint
from programme.sign_ups import links
from resources.models import Document
from tests.factories import (
    DocumentFactory,
    GetInvolvedPageFactory,
    HomePageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    SignUpFactory,
    StandardPageFactory,
    ToolkitPageFactory,
    user_in,
)
from tests.factories.files import MINIMAL_PDF, picture
from tests.library import a_document, an_image, blocks_of, link_to

TITLE, DRAFT = "What is tried", "A newer draft of it"


def a_page(home, **values) -> Page:
    """With an older version, and a draft that is newer than what readers see."""
    page = StandardPageFactory(parent=home, title=TITLE, **values)
    page.save_revision()
    page.title = DRAFT
    page.save_revision()
    return Page.objects.get(pk=page.pk).specific


def scheduled(home, **values) -> Page:
    page = StandardPageFactory(parent=home, live=False, **values)
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision(approved_go_live_at=page.go_live_at)
    return Page.objects.get(pk=page.pk).specific


class Things:
    """What the addresses lead to, all of it somebody else's. `owner` began a draft, if given."""

    def __init__(self, home, owner=None):
        self.home = home
        SiteSettings.for_site(home.get_site())
        self._pages(owner)
        self._files()
        self._words()
        self._people()

    def _pages(self, owner):
        home = self.home
        self.page = a_page(home, slug="tried", owner=owner, live=owner is None)
        self.scheduled = scheduled(home, slug="scheduled", owner=owner)
        self.submitted = StandardPageFactory(parent=home, slug="submitted", owner=owner)
        self.submitted.save_revision()
        self.workflow = Workflow.objects.get(active=True)
        self.state = self.workflow.start(self.submitted, user_in("Editors"))
        self.alias = self.page.create_alias(update_slug="alias", parent=home)
        self.private = StandardPageFactory(parent=home, slug="private")
        self.restriction = PageViewRestriction.objects.create(
            page=self.private, restriction_type="password", password="tide"
        )
        self.link = link_to(self.page)
        self.form = GetInvolvedPageFactory(parent=home)
        self.toolkit = ToolkitPageFactory(parent=home)
        self.other_site = Site.objects.create(
            hostname="other",
            root_page=HomePageFactory(parent=Page.get_first_root_node(), slug="other"),
        )

    def _files(self):
        root = Collection.get_first_root_node()
        self.image, self.document = an_image(), a_document()
        self.shelf = root.add_child(name="A shelf")
        DocumentFactory(collection=self.shelf)
        shelf = {"heading": "A shelf", "collection": self.shelf.pk}
        body = [{"type": "collection", "value": shelf}, *blocks_of(self.image, self.document)]
        with TestCase.captureOnCommitCallbacks(execute=True):  # so that the ZIP is made
            MaterialsPageFactory(parent=self.home, body=body).save_revision().publish()
        self.closed_shelf = CollectionViewRestriction.objects.create(
            collection=root.add_child(name="Closed"), restriction_type="password", password="x"
        )
        self.uploaded = {
            model: UploadedFile.objects.create(
                for_content_type=ContentType.objects.get_for_model(model),
                file=ContentFile(picture(), name="left.png"),
                uploaded_by_user=user_in("Editors"),
            )
            for model in (Image, Document)
        }

    def _words(self):
        self.alert = Alert.objects.create(title="News of ours", live=True)
        self.alert.save_revision()
        self.alert_again = self.alert.save_revision()
        self.partner = PartnerFactory(name="A partner of ours")
        self.redirect = Redirect.objects.create(old_path="/old", redirect_link="/new/")
        self.imported = get_file_storage()()
        self.imported.save("from,to\n/older,/newer/\n")
        self.endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
        self.delivery = Delivery.objects.create(endpoint=self.endpoint, what="published")

    def _people(self):
        self.user = user_in("Authors")
        self.token = Token.objects.create(name="An app", digest="none", scopes=Scope.values)
        self.api_token, _ = APIToken.create_token(user=self.user, name="A script")
        self.sign_up = SignUpFactory(page=self.form, new_email="new@example.org")
        self.session = EditingSession.objects.create(
            user=self.user, content_object=self.page, last_seen_at=timezone.now()
        )

    def at(self, address: str) -> str:
        """An address of the table, with what leads to one of these things in it."""
        for part, values in self._names():
            if address.startswith(part):
                for name, value in values.items():
                    address = address.replace(f"<{name}>", str(value))
        assert "<" not in address, f"Say in tests/access/things.py what {address} leads to."
        return address + self._asked(address)

    def _asked(self, address: str) -> str:
        """The query without which an address has nothing to say."""
        for part, query in {
            "/api/content/v1/pages/by-path/": "?path=/",
            "/api/content/v1/search/": "?q=tried",
            "/api/v2/pages/find/": f"?id={self.page.pk}",
            "/api/v2/images/find/": f"?id={self.image.pk}",
            "/api/v2/documents/find/": f"?id={self.document.pk}",
            "/api/v2/redirects/find/": "?html_path=/old",
            "/api/v3-preview/pages/find/": "?html_path=/tried/",
            "/api/v3-preview/redirects/find/": "?html_path=/old",
            "/admin/api/main/pages/find/": f"?id={self.page.pk}",
            "/admin/api/main/images/find/": f"?id={self.image.pk}",
            "/admin/api/main/documents/find/": f"?id={self.document.pk}",
            "/admin/choose-page/chosen-multiple/": f"?id={self.page.pk}",
            "/admin/snippets/choose/core/alert/chosen-multiple/": f"?id={self.alert.pk}",
            "/admin/snippets/choose/programme/partner/chosen-mul": f"?id={self.partner.pk}",
            "/admin/images/chooser/chosen-multiple/": f"?id={self.image.pk}",
            "/admin/documents/chooser/chosen-multiple/": f"?id={self.document.pk}",
            "/admin/bulk/core/alert/": f"?id={self.alert.pk}",
            "/admin/bulk/core/image/": f"?id={self.image.pk}",
            "/admin/bulk/core/user/": f"?id={self.user.pk}",
            "/admin/bulk/programme/partner/": f"?id={self.partner.pk}",
            "/admin/bulk/resources/document/": f"?id={self.document.pk}",
            "/admin/bulk/wagtailcore/page/": f"?id={self.page.pk}",
        }.items():
            if address.startswith(part):
                return query
        return ""

    def _names(self):
        """(how addresses begin, {name in them: what it stands for}); the first that fits counts."""
        page, state = self.page, self.state
        first, last = page.revisions.order_by("pk").first(), page.latest_revision
        of_alert = {"pk": self.alert.pk, "revision_id": self.alert_again.pk}
        yield "/admin/snippets/core/alert/", of_alert
        yield "/admin/snippets/choose/core/alert/", of_alert
        yield "/admin/snippets/", {"pk": self.partner.pk}
        yield (
            "/admin/settings/",
            {
                "pk": self.home.get_site().pk,
                "app_name": "core",
                "model_name": "sitesettings",
            },
        )
        yield "/admin/tag-autocomplete/", {"app_name": "taggit", "model_name": "tag"}
        yield "/admin/sites/", {"pk": self.other_site.pk}
        yield "/admin/users/", {"pk": self.user.pk}
        yield "/admin/groups/", {"pk": Group.objects.get(name="Authors").pk}
        yield "/admin/collections/", {"pk": self.shelf.pk, "collection_id": self.shelf.pk}
        yield "/admin/api-tokens/", {"pk": self.api_token.pk}
        yield "/admin/api/token/", {"instance_pk": self.token.pk}
        yield "/admin/delivery/endpoint/", {"instance_pk": self.endpoint.pk}
        yield "/admin/delivery/delivery/", {"instance_pk": self.delivery.pk}
        yield "/admin/programme/", {"pk": self.sign_up.pk, "instance_pk": self.sign_up.pk}
        yield "/admin/forms/", {"page_id": self.form.pk}
        yield "/admin/toolkit/", {"page_id": self.toolkit.pk}
        yield (
            "/admin/workflows/tasks/add/",
            {
                "app_label": "wagtailcore",
                "model_name": "groupapprovaltask",
            },
        )
        yield "/admin/workflows/tasks/", {"pk": state.current_task_state.task_id}
        yield (
            "/admin/workflows/",
            {
                "pk": self.workflow.pk,
                "task_id": state.current_task_state.task_id,
                "page_pk": self.home.pk,
                "workflow_pk": self.workflow.pk,
            },
        )
        yield (
            "/admin/pages/workflow/",
            {
                "page_id": self.submitted.pk,
                "action_name": "approve",
                "task_state_id": state.current_task_state.pk,
                "task_id": state.current_task_state.task_id,
            },
        )
        if_submitted = "/admin/pages/<page_id>/workflow_history/"
        yield if_submitted, {"page_id": self.submitted.pk, "workflow_state_id": state.pk}
        yield "/admin/pages/<page_id>/convert_alias/", {"page_id": self.alias.pk}
        version = "/admin/pages/<page_id>/revisions/<revision_id>/"
        yield f"{version}re", {"page_id": page.pk, "revision_id": first.pk}
        yield (
            f"{version}unschedule/",
            {
                "page_id": self.scheduled.pk,
                "revision_id": self.scheduled.latest_revision.pk,
            },
        )
        yield (
            "/admin/editing-sessions/",
            {
                "app_label": "home",
                "model_name": "standardpage",
                "object_id": page.pk,
                "session_id": self.session.pk,
            },
        )
        yield (
            "/admin/images/",
            {
                "uploaded_file_id": self.uploaded[Image].pk,
                "pk": self.image.pk,
            },
        )
        yield (
            "/admin/documents/",
            {
                "uploaded_file_id": self.uploaded[Document].pk,
                "pk": self.document.pk,
                "doc_id": self.document.pk,
                "number": 1,
            },
        )
        yield "/admin/api/main/images/", {"pk": self.image.pk}
        yield "/admin/api/main/documents/", {"pk": self.document.pk}
        yield (
            "/admin/password_reset/",
            {
                "uidb64": urlsafe_base64_encode(force_bytes(self.user.pk)),
                "token": default_token_generator.make_token(self.user),
            },
        )
        for purpose in (links.CONFIRM, links.NEW_ADDRESS, links.SENT, links.YOURS):
            yield f"/sign-up/{purpose}/", {"token": links.token(purpose, self.sign_up)}
        yield "/sign-up/", {"page_id": self.form.pk}
        yield "/_util/authenticate", {"page_id": self.private.pk}
        for kind, thing in (("images", self.image), ("documents", self.document)):
            yield f"/api/v2/{kind}/", {"pk": thing.pk}
        yield "/api/v2/redirects/", {"pk": self.redirect.pk}
        yield "/api/v2/collections/", {"pk": self.shelf.pk}
        yield "/api/content/v1/forms/", {"page_id": self.form.pk}
        yield (
            "/api/v3-preview/snippets/",
            {
                "type": "core.Alert",
                "pk": self.alert.pk,
                "revision_id": self.alert_again.pk,
            },
        )
        yield "/documents/authenticate", {"restriction_id": self.closed_shelf.pk}
        yield "/documents/<document_id>/versions/", {"number": 1}
        yield "/media/<path>", {"path": self.image.get_rendition("width-800|format-png").file.name}
        yield (
            "/",
            {
                "anything else": "nothing-here",
                "address of a page": page.get_url_parts()[2][1:],
                "action_name": "publish",
                "alert_id": self.alert.pk,
                "app_label": "home",
                "app_name": "core",
                "collection_id": self.shelf.pk,
                "content_type_app_name": "home",
                "content_type_model_name": "standardpage",
                "destination_id": self.home.pk,
                "digest": self.document.thumbnail_url.rpartition("/")[2].removesuffix(".webp"),
                "document_id": self.document.pk,
                "filter_spec": "width-100",
                "image_id": self.image.pk,
                "link_id": self.link.pk,
                "model_name": "standardpage",
                "name": self.document.filename,
                "number": page.pk // 100,
                "page_id": page.pk,
                "page_to_move_id": page.pk,
                "page_view_restriction_id": self.restriction.pk,
                "parent_page_id": self.home.pk,
                "partner_id": self.partner.pk,
                "pk": page.pk,
                "redirect_id": self.redirect.pk,
                "revision_id": last.pk,
                "revision_id_a": "earliest",
                "revision_id_b": "latest",
                "site_id": self.other_site.pk,
                "token": self.link.token,
                "type_name": "home.StandardPage",
            },
        )

    def sent(self, method: str, address: str) -> dict:
        """What is sent there, as arguments of a client's `post`, where it must be something."""
        if method == "GET":
            return {}
        if not address.startswith("/api/"):
            return {"data": self._forms().get(address, {})}
        for part, data in self._bodies():
            if address.startswith(part):
                if "file" in data:
                    return {"data": data}
                return {"data": json.dumps(data), "content_type": "application/json"}
        return {"data": "{}", "content_type": "application/json"}

    def _forms(self) -> dict[str, dict]:
        """{address: what a browser sends}, where Wagtail fails at an empty form."""
        page = {
            "title": "By a person",
            "slug": self.page.slug,
            "summary": "A summary",
            "content_owner_name": "Robin",
            "content_owner_email": "robin@example.org",
            "body-count": "0",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0",
            "comments-MAX_NUM_FORMS": "",
        }
        add = "/admin/pages/add/<content_type_app_name>/<content_type_model_name>/<parent_page_id>/"
        return {
            "/admin/choose-external-link/": {"external-link-chooser-url": "https://example.org/"},
            "/admin/pages/<page_id>/edit/": page,
            "/admin/pages/<page_id>/revisions/<revision_id>/revert/": page,
            "/admin/pages/<page_id>/copy/": {
                "new_title": "A copy",
                "new_slug": "a-copy",
                "new_parent_page": self.home.pk,
            },
            add: {**page, "slug": "another"},
            "/admin/redirects/import/process/": {
                "import_file_name": Signer().sign(self.imported.name),
                "input_format": Signer().sign("0"),
            },
            "/admin/settings/<app_name>/<model_name>/<pk>/": {
                "organisation": "A council",
                "social_links-count": "0",
                "footer_links-count": "0",
            },
            "/admin/snippets/core/alert/history/<pk>/revisions/<revision_id>/revert/": {
                "title": "By a person",
                "kind": Alert.Kind.WARNING,
            },
        }

    def _bodies(self):
        v3 = "/api/v3-preview"
        first = self.page.revisions.order_by("pk").first()
        page = f"{v3}/pages/<page_id>"
        yield f"{page}/actions/move/", {"destination_id": self.toolkit.get_parent().pk}
        yield f"{page}/actions/copy/", {"slug": "copied"}
        yield f"{page}/actions/create_alias/", {"slug": "alias-2"}
        yield f"{page}/actions/revert/", {"revision_id": first.pk}
        yield f"{page}/actions/copy_for_translation/", {"locale": "en"}
        yield f"{page}/actions/", {}
        yield page, {"meta": {"type": "home.StandardPage"}, "title": "By a script"}
        yield (
            f"{v3}/pages/",
            {
                "meta": {"type": "home.StandardPage", "parent_id": self.home.pk},
                "title": "By a script",
            },
        )
        site = {"hostname": "third", "root_page_id": self.home.pk}
        yield f"{v3}/sites/", site
        yield f"{v3}/redirects/", {"old_path": "/older", "redirect_link": "/newer/"}
        alert = f"{v3}/snippets/<type>/<pk>"
        yield f"{alert}/actions/revert/", {"revision_id": self.alert_again.pk}
        yield f"{alert}/actions/copy_for_translation/", {"locale": "en"}
        yield f"{v3}/snippets/<type>/", {"meta": {"type": "core.Alert"}, "title": "By a script"}
        for kind in ("documents", "images"):
            yield f"{v3}/{kind}/<", {"title": "By a script"}
        yield f"{v3}/documents/", {"title": "A", "file": ContentFile(MINIMAL_PDF, name="a.pdf")}
        yield (
            f"{v3}/images/",
            {
                "title": "A",
                "description": "A",
                "file": ContentFile(picture(), name="a.png"),
            },
        )
        answers = {"name": "Amina", "email": "amina@example.org"}
        answers["how_would_you_like_to_take_part"] = ["Meetings"]
        yield "/api/content/v1/forms/", {"answers": answers}
