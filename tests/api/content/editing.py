"""An editor who does whatever editors do, in an order that a seed decides."""

import random
import time
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Site

from cms.api.tasks import bring_feed_on
from cms.core.models import Alert, Image, SiteSettings
from programme.models import Partner
from resources.models import Document, PageExport
from tests.factories import (
    BenefitsPageFactory,
    DocumentFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from tests.factories.files import picture


class Editor:
    """`build(pages)` a site, and then `edit()` it, change by change."""

    def __init__(self, home, seed):
        self.home = home
        self.chance = random.Random(seed)  # noqa: S311 - it must be the same each time
        self.count = 0

    def build(self, pages: int) -> None:
        root = Collection.get_first_root_node()
        shelf = root.add_child(name="Posters")
        shelf.add_child(name="Old posters")
        self.images = [ImageFactory() for _ in range(6)]
        for each in (root, shelf):
            DocumentFactory(collection=each)
        for _ in range(3):
            PartnerFactory(logo=self.chance.choice(self.images))
        BenefitsPageFactory(parent=self.home, listing_image=self.images[0], show_in_menus=True)
        PartnersPageFactory(parent=self.home, listing_image=self.images[1])
        MaterialsPageFactory(
            parent=self.home,
            listing_image=None,
            body=[{"type": "collection", "value": {"heading": "All", "collection": shelf.pk}}],
        )
        for number in range(2):
            toolkit = ToolkitPageFactory(
                parent=self.home,
                slug=f"toolkit-{number}",
                listing_image=None,
                cover_image=self.images[2],
            )
            for chapter in range(pages // 10):
                self.make(ToolkitChapterPageFactory, toolkit, f"chapter-{chapter}")
        places = [self.home]
        while Page.objects.filter(depth__gt=1).count() < pages:
            page = self.make(StandardPageFactory, self.chance.choice(places), self.name())
            if page.depth < 5:
                places.append(page)

    def make(self, factory, parent, slug, publish=False, **values):
        page = factory(
            parent=parent,
            slug=slug,
            listing_image=self.chance.choice([None, self.any(Image)]),
            body=self.body(),
            **values,
        )
        if publish:
            page.save_revision().publish()
        return page

    def name(self) -> str:
        self.count += 1
        return f"name-{self.count}"

    def body(self) -> list[dict]:
        """Blocks that show some other things."""
        page, image, document = (self.any(model) for model in (Page, Image, Document))
        blocks = [{"type": "rich_text", "value": f"<p>{self.name()}</p>"}]
        if page:
            link = {"text": "Go", "page": page.pk}
            words = f'<p><a linktype="page" id="{page.pk}">x</a></p>'
            blocks += [
                {"type": "call_to_action", "value": {"heading": "Go", "link": link}},
                {"type": "rich_text", "value": words},
            ]
        if image:
            shown = {"image": image.pk, "decorative": True}
            blocks.append({"type": "image", "value": shown})
        if document:
            blocks.append({"type": "document", "value": {"document": document.pk}})
        return self.chance.sample(blocks, 2)

    def any(self, model, **filters):
        found = model.objects.filter(**filters)
        if model is Page:
            found = found.filter(depth__gt=2)
        keys = list(found.order_by("pk").values_list("pk", flat=True))
        if not keys:
            return None
        found = model.objects.get(pk=self.chance.choice(keys))
        return found.specific if model is Page else found

    # Changes ---------------------------------------------------------------------

    def edit(self) -> str:
        """Make one change; its name."""
        names = [name for name in dir(self) if name.startswith("do_")]
        name = self.chance.choice(names)
        getattr(self, name)()
        return name

    def do_the_workers_part(self):
        bring_feed_on.call()

    def do_make_a_download(self):
        if page := self.any(Page, content_type__model="toolkitchapterpage"):
            export, _ = PageExport.objects.get_or_create(page_id=page.pk, format="pdf")
            export.keep(b"A file", name="chapter.pdf", digest=self.name())

    def do_lose_a_download(self):
        if export := self.any(PageExport):
            export.delete()

    def do_write(self):
        if page := self.any(Page, live=True):
            if hasattr(page, "summary"):
                page.summary = self.name()
            page.save_revision().publish()

    def do_show_other_things(self):
        page = self.any(Page)
        if page and type(page).__name__ in ("StandardPage", "ToolkitChapterPage"):
            page.body = self.body()
            page.listing_image = self.any(Image)
            page.save_revision().publish()

    def do_rename(self):
        if page := self.any(Page):
            page.title = self.name()
            page.save_revision().publish()

    def do_rename_the_home_page(self):
        home = Page.objects.get(pk=self.home.pk).specific
        home.title = self.name()
        home.save_revision().publish()

    def do_readdress(self):
        if page := self.any(Page):
            page.slug = self.name()
            page.save_revision().publish()

    def do_draft(self):
        if page := self.any(Page):
            page.title = "Nobody may see this draft"
            page.save_revision()

    def do_make(self):
        parent = self.any(Page) or self.home
        self.make(StandardPageFactory, parent, self.name(), publish=self.chance.random() > 0.3)

    def do_make_a_draft(self):
        StandardPageFactory(
            parent=self.any(Page) or self.home, slug=self.name(), live=False, listing_image=None
        )

    def do_unpublish(self):
        if page := self.any(Page, live=True):
            page.unpublish()

    def do_move(self):
        page, target = self.any(Page), self.any(Page) or self.home
        if page and page.pk != target.pk and not target.path.startswith(page.path):
            page.slug = self.name()
            page.save()
            page.move(target, pos="last-child")

    def do_reorder(self):
        page = self.any(Page)
        sibling = page and page.get_siblings(inclusive=False).first()
        if sibling:
            page.move(sibling, pos="left")

    def do_delete(self):
        page = self.any(Page)
        # Something must be left to edit.
        if page and page.numchild < 4:
            page.delete()

    def do_restrict(self):
        if page := self.any(Page):
            PageViewRestriction.objects.create(page=page, restriction_type="login")

    def do_open(self):
        if restriction := self.any(PageViewRestriction):
            restriction.delete()

    def do_restrict_otherwise(self):
        if restriction := self.any(PageViewRestriction):
            restriction.restriction_type = "password"
            restriction.save()

    def do_expire(self):
        if page := self.any(Page, live=True):
            page.expire_at = timezone.now() + timedelta(milliseconds=self.chance.choice([5, 50]))
            page.save_revision().publish()
            time.sleep(0.02)

    def do_put_in_the_menu(self):
        page = self.any(Page, depth=3)
        if page:
            page.show_in_menus = not page.show_in_menus
            page.save_revision().publish()

    def do_replace_an_image(self):
        if image := self.any(Image):
            image.file = ContentFile(
                picture(colour=self.chance.choice(["#111111", "#eeeeee"])), name="new.png"
            )
            image.description = self.name()
            image.save()

    def do_delete_an_image(self):
        image = self.any(Image)
        if image and Image.objects.count() > 3:
            image.delete()

    def do_file_an_image(self):
        if image := self.any(Image):
            image.collection = self.any(Collection)
            image.save()

    def do_rename_a_partner(self):
        if partner := self.any(Partner):
            partner.name = self.name()
            partner.logo = self.any(Image)
            partner.save()

    def do_delete_a_partner(self):
        partner = self.any(Partner)
        if partner and Partner.objects.count() > 2:
            partner.delete()

    def do_show_a_partner(self):
        partner, page = self.any(Partner), self.any(Page, content_type__model="partnerspage")
        if partner and page:
            page.body = [{"type": "partner", "value": {"partner": partner.pk, "role": "Helps."}}]
            page.save_revision().publish()

    def do_change_a_document(self):
        if document := self.any(Document):
            document.title = self.name()
            document.collection = self.any(Collection)
            document.save()

    def do_make_a_form_of_a_document(self):
        DocumentFactory(form_of=self.any(Document), collection=self.any(Collection))

    def do_part_a_document_from_its_forms(self):
        if document := self.any(Document, form_of__isnull=False):
            document.form_of = None
            document.save()

    def do_delete_a_document(self):
        document = self.any(Document)
        if document and Document.objects.count() > 3:
            document.delete()

    def do_rename_a_collection(self):
        if collection := self.any(Collection, depth__gt=1):
            collection.name = self.name()
            collection.save()

    def do_restrict_a_collection(self):
        if collection := self.any(Collection, depth__gt=1):
            CollectionViewRestriction.objects.create(
                collection=collection, restriction_type="login"
            )

    def do_open_a_collection(self):
        if restriction := self.any(CollectionViewRestriction):
            restriction.delete()

    def do_write_an_alert(self):
        Alert.objects.create(title=self.name(), page=self.any(Page))

    def do_delete_an_alert(self):
        if alert := self.any(Alert):
            alert.delete()

    def do_settings(self):
        settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
        settings.footer_text = self.name()
        page = self.any(Page)
        if page:
            settings.footer_links = [("link", {"text": "Go", "page": page})]
        settings.save()
