"""The starter content: from readable files to pages, pictures, documents and settings.

The files are described in `home/starter_content/README.md`. Loading is safe to
repeat: what is there already, by its address or its file's name, is left as
editors have it.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.images import ImageFile
from django.db import transaction
from django.db.models import ForeignKey, Q
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Collection, Page, Site

from cms.core.blocks import CollectionChooserBlock
from cms.core.models import Image, SiteSettings
from home.models import HomePage, StandardPage
from programme.models import (
    BenefitsPage,
    FormField,
    GetInvolvedPage,
    Partner,
    PartnersPage,
)
from resources.models import (
    Document,
    DocumentVersion,
    MaterialsPage,
    ToolkitChapterPage,
    ToolkitPage,
)

from . import artwork

FOLDER = Path(__file__).parent / "starter_content"
IMAGE_WIDTH = 1600  # pixels; logos and illustrations alike

PAGE_TYPES = {
    model._meta.label: model
    for model in (
        HomePage,
        StandardPage,
        BenefitsPage,
        PartnersPage,
        GetInvolvedPage,
        ToolkitPage,
        ToolkitChapterPage,
        MaterialsPage,
    )
}

_LINK = re.compile(r'<a href="(?P<target>/[^"]*|document:[^"]+)">')


class StarterContentError(ValueError):
    """A file of the starter content names something that is not there."""


class StarterContent:
    """Loads one folder of starter content into the default site."""

    def __init__(self, folder: Path = FOLDER, report=print):
        self.folder = folder
        self.report = report

    def load(self) -> None:
        """Everything or nothing: a mistake in a file leaves the site as it was."""
        with transaction.atomic():
            self.load_images()
            self.load_documents()
            self.load_partners()
            self.load_pages()
            self.load_settings()

    # Pictures and documents -------------------------------------------------

    def load_images(self):
        for row in self._read("images.toml")["image"]:
            if not Image.objects.filter(_stored_as("original_images", row["slug"], "png")).exists():
                self.report(f"Picture: {row['title']}")
                picture = artwork.draw(self.folder / "art" / row["file"], IMAGE_WIDTH)
                Image.objects.create(
                    title=row["title"],
                    description=row["description"],
                    file=ImageFile(BytesIO(picture), name=f"{row['slug']}.png"),
                    collection=self.collection(row["collection"]),
                )

    def load_documents(self):
        for row in self._read("documents.toml")["document"]:
            if Document.objects.filter(_document(row["filename"])).exists():
                continue
            self.report(f"Document: {row['title']}")
            words = row.get("words")
            made = artwork.publish(
                self.folder / "art" / row["source"],
                words=self.folder / "art" / words if words else None,
                size=row.get("size"),
                format=row["format"],
            )
            document = Document(
                file=File(BytesIO(made), name=row["filename"]),
                collection=self.collection(row["collection"]),
                **{
                    name: row[name]
                    for name in ("title", "kind", "language", "description", "edition")
                },
            )
            if "form_of" in row:
                document.form_of_id = self.document_key(row["form_of"])
            document.read_file()
            document.save()

    def load_partners(self):
        for row in self._read("partners.toml")["partner"]:
            Partner.objects.get_or_create(
                name=row["name"],
                defaults={
                    "description": row["description"],
                    "website": row["website"],
                    "logo_id": self.image_key(row["logo"]),
                },
            )

    # Pages ------------------------------------------------------------------

    def load_pages(self):
        """First every page with its address, so that each can link to any; then what is in them."""
        new = []
        for path, row in self._pages():
            if path == "/":
                page, created = self._home(row)
            else:
                page, created = self._below(path, row)
            self.pages[path] = page
            if created:
                new.append((page, row))
        for page, row in new:
            self.report(f"Page: {page.title}")
            try:
                self._fill(page, row)
            except StarterContentError as error:
                raise StarterContentError(f"{row['file']}: {error}") from error
            page.save_revision(log_action=True).publish()

    def _pages(self) -> Iterator[tuple[str, dict]]:
        """(path, file's content), parents before children, siblings in their order."""
        rows = []
        root = self.folder / "pages"
        for file in root.rglob("*.toml"):
            parts = list(file.relative_to(root).with_suffix("").parts)
            row = tomllib.loads(file.read_text())
            row["file"] = str(file.relative_to(self.folder))
            number = re.match(r"(\d+)-", parts[-1])
            parts[-1] = re.sub(r"^\d+-", "", parts[-1])
            order = row.pop("order", int(number.group(1)) if number else 0)
            if parts[-1] == "index":
                parts.pop()
            path = "/" + "".join(f"{part}/" for part in parts)
            rows.append((len(parts), order, path, row))
        for _, _, path, row in sorted(rows, key=lambda entry: entry[:3]):
            yield path, row

    def _home(self, row):
        site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
        if site and isinstance(site.root_page.specific, HomePage):
            return site.root_page.specific, False
        root = Page.get_first_root_node()
        home = self._empty(row, slug="co-production")
        root.add_child(instance=home)
        address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
        port = address.port or (443 if address.scheme == "https" else 80)
        welcome = site.root_page if site else None
        site = site or Site(is_default_site=True)
        site.hostname, site.port = address.hostname, port
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.root_page = home
        site.save()
        if welcome and type(welcome.specific) is Page and not welcome.get_children().exists():
            welcome.delete()  # Wagtail's own “Welcome” page
        return home, True

    def _below(self, path, row):
        parent_path, slug = path.rstrip("/").rsplit("/", 1)
        parent = self.pages[f"{parent_path}/"]
        existing = parent.get_children().filter(slug=slug).first()
        if existing:
            return existing.specific, False
        page = self._empty(row, slug=slug)
        parent.add_child(instance=page)
        return page, True

    def _empty(self, row, slug):
        """A draft that has its place in the tree, and nothing yet that points elsewhere."""
        model = PAGE_TYPES[row["type"]]
        values = {}
        for field in model._meta.get_fields():
            if field.name in row and not isinstance(
                field, (StreamField, RichTextField, ForeignKey)
            ):
                values[field.name] = row[field.name]
        for field in model._meta.concrete_fields:
            if isinstance(field, StreamField) and not field.blank:
                first = next(iter(field.stream_block.child_blocks))
                values[field.name] = [{"type": first, "value": {}}]
            elif isinstance(field, RichTextField):
                values[field.name] = "<p></p>"
        return model(slug=slug, live=False, **values)

    def _fill(self, page, row):
        row = dict(row)
        del row["type"], row["file"]
        for number, question in enumerate(row.pop("form_field", [])):
            page.form_fields.add(FormField(sort_order=number, **question))
        for name, value in row.items():
            field = page._meta.get_field(name)
            if isinstance(field, StreamField):
                value = self._stream(field.stream_block, value)
            elif isinstance(field, RichTextField):
                value = self.rich_text(value)
            elif isinstance(field, ForeignKey):
                name, value = field.attname, self.image_key(value)
            setattr(page, name, value)

    # Site settings ------------------------------------------------------------

    def load_settings(self):
        site = Site.objects.get(is_default_site=True)
        row = self._read("site.toml")
        found = SiteSettings.for_site(site)
        if found.contact_email:
            return
        for name in ("social_links", "footer_links"):
            block = SiteSettings._meta.get_field(name).stream_block
            row[name] = self._stream(
                block, [{"type": "link", "value": value} for value in row.get(name, [])]
            )
        for name, value in row.items():
            setattr(found, name, value.strip() if isinstance(value, str) else value)
        found.save()

    # From what files say to what the database holds ----------------------------

    def _stream(self, block, items):
        value = block.to_python([self._item(block, item) for item in items])
        try:
            return block.clean(value)
        except ValidationError as error:
            raise StarterContentError(_what_is_wrong(error)) from error

    def _item(self, block, item):
        child = block.child_blocks.get(item["type"])
        if child is None:
            raise StarterContentError(f"There is no block called “{item['type']}” here.")
        return {"type": item["type"], "value": self._value(child, item["value"])}

    def _value(self, block, value):
        """`value` of a file, as the block keeps it: names become keys, links Wagtail's own."""
        match block:
            case blocks.StructBlock():
                unknown = value.keys() - block.child_blocks.keys()
                if unknown:
                    raise StarterContentError(f"{block.label}: no field {', '.join(unknown)}.")
                return {
                    name: self._value(block.child_blocks[name], part)
                    for name, part in value.items()
                }
            case blocks.StreamBlock():
                return [self._item(block, item) for item in value]
            case blocks.ListBlock():
                return [self._value(block.child_block, part) for part in value]
            case TypedTableBlock():
                return self._table(block, value)
            case blocks.RichTextBlock():
                return self.rich_text(value)
            case CollectionChooserBlock():
                return self.collection(value).pk
            case blocks.PageChooserBlock():
                return self.page_key(value)
            case blocks.ChooserBlock():
                return self._chosen(block.model_class, value)
            case _:
                return value.isoformat() if isinstance(value, date) else value

    def _table(self, block, value):
        types = [block.child_blocks[column["type"]] for column in value["columns"]]
        return {
            "caption": "",
            "columns": value["columns"],
            "rows": [
                {
                    "values": [
                        self._value(kind, cell)
                        for kind, cell in zip(types, row["values"], strict=True)
                    ]
                }
                for row in value["rows"]
            ],
        }

    def _chosen(self, model, name):
        if model is Image:
            return self.image_key(name)
        if model is Document:
            return self.document_key(name)
        return self.partner_key(name)

    def rich_text(self, html: str) -> str:
        def link(match):
            target = match["target"]
            if target.startswith("document:"):
                key = self.document_key(target.removeprefix("document:"))
                return f'<a linktype="document" id="{key}">'
            return f'<a linktype="page" id="{self.page_key(target)}">'

        html = html.strip().replace("\n", " ")
        return _LINK.sub(link, html if html.startswith("<") else f"<p>{html}</p>")

    @cached_property
    def pages(self) -> dict[str, Page]:
        return {}

    def page_key(self, path) -> int:
        if path not in self.pages:
            raise StarterContentError(f"There is no starter page at {path}.")
        return self.pages[path].pk

    def image_key(self, slug) -> int:
        return self._key(Image, slug, _stored_as("original_images", slug, "png"))

    def document_key(self, slug) -> int:
        rows = {row["slug"]: row["filename"] for row in self._read("documents.toml")["document"]}
        return self._key(Document, slug, _document(rows.get(slug, slug)))

    def partner_key(self, slug) -> int:
        rows = {row["slug"]: row["name"] for row in self._read("partners.toml")["partner"]}
        return self._key(Partner, slug, Q(name=rows.get(slug, slug)))

    @staticmethod
    def _key(model, slug, where: Q) -> int:
        key = model.objects.filter(where).values_list("pk", flat=True).first()
        if key is None:
            raise StarterContentError(f"There is no {model._meta.verbose_name} “{slug}”.")
        return key

    def collection(self, path: str) -> Collection:
        """The collection at a path such as `Pictures/Illustrations`, made when it is not there."""
        parent = Collection.get_first_root_node()
        for name in path.split("/"):
            parent = parent.get_children().filter(name=name).first() or parent.add_child(name=name)
        return parent

    def _read(self, name) -> dict:
        if name not in self._files:
            self._files[name] = tomllib.loads((self.folder / name).read_text())
        return dict(self._files[name])

    @cached_property
    def _files(self) -> dict[str, dict]:
        return {}


def _what_is_wrong(error: ValidationError) -> str:
    """The sentences of a block's errors, wherever in the block they are."""
    inner = getattr(error, "block_errors", None)
    if inner:
        parts = inner.values() if isinstance(inner, dict) else inner
        return " ".join(_what_is_wrong(part) for part in parts if part)
    return " ".join(error.messages)


def _stored_as(folder: str, stem: str, ending: str) -> Q:
    """Finds a file by the name it was given, with what a store adds when the name was taken."""
    return Q(file__regex=rf"^{folder}/{re.escape(stem)}(_[A-Za-z0-9]+)?\.{ending}$")


def _document(filename: str) -> Q:
    """Finds a document by any file that it has had: an editor may have replaced the first."""
    stored = _stored_as("documents", *_split(filename))
    return stored | Q(pk__in=DocumentVersion.objects.filter(stored).values("document"))


def _split(filename: str) -> tuple[str, str]:
    stem, _, ending = filename.rpartition(".")
    return stem, ending
