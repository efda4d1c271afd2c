"""Pictures and documents of the library, and every way by which someone may get at them."""

import re
from datetime import timedelta
from html import unescape

from django.core.files.base import ContentFile
from django.utils import timezone

from cms.core.models import PreviewLink
from cms.core.renditions import whole_url
from home.models import HomePage
from resources.models import DocumentVersion
from tests.factories import DocumentFactory, ImageFactory, StandardPageFactory, user_in
from tests.factories.files import picture

NAME = "The herring that was picked"
_number = iter(range(1, 10**9))


def blocks_of(*files) -> list[dict]:
    """A body that shows them."""
    return [
        {"type": "image", "value": {"image": file.pk}}
        if file._meta.model_name == "image"
        else {"type": "document", "value": {"document": file.pk}}
        for file in files
    ]


def page_with(home, *files, **values):
    """A page that shows them; it is public, unless `values` say otherwise."""
    values = {"slug": f"shows-{next(_number)}", "listing_image": None, **values}
    return StandardPageFactory(parent=home, body=blocks_of(*files), **values)


def made_public(file, home=None):
    """`file`, which is public, for a page shows it."""
    page_with(home or HomePage.objects.get(), file, title="A page that shows something")
    return file


def an_image(**values):
    """With one size, so that a page shows that."""
    content = ContentFile(picture(), name="herring.png")
    image = ImageFactory(title=NAME, description=NAME, file=content, **values)
    image.get_rendition("width-800|format-png")
    return image


def a_document(**values):
    """With a version that it was before."""
    document = DocumentFactory(title=NAME, **values)
    DocumentVersion.objects.create(
        document=document,
        number=1,
        file=document.file.name,
        filename="herring.pdf",
        file_size=1,
        file_hash="older",
        dated=document.dated,
    )
    type(document).objects.filter(pk=document.pk).update(version=2)
    document.version = 2
    return document


def addresses(file) -> list[str]:
    """Each address of ours at which a file, or something of it, is."""
    if file._meta.model_name == "image":
        return [file.get_rendition("width-800|format-png").url, whole_url(file)]
    versions = [version.url for version in file.versions.all()]
    return [file.url, file.thumbnail_url, *versions]


def statuses(client, file) -> set[int]:
    return {status(client, address) for address in addresses(file)}


def status(client, address) -> int:
    """200 also for who is sent on to the bucket, by an address that is signed."""
    response = client.get(address)
    if response.streaming:
        assert b"".join(response)
    if response.status_code == 302 and "X-Amz-Signature" in response.headers["Location"]:
        return 200
    return response.status_code


def in_the_apis(client, file) -> dict[str, bool]:
    """{way: whether it tells of a file}, for each API and the search."""
    kind = "images" if file._meta.model_name == "image" else "documents"
    ways = [
        f"/api/v2/{kind}/",
        f"/api/v2/{kind}/{file.pk}/",
        f"/api/content/v1/{kind}/",
        f"/api/content/v1/{kind}/{file.pk}/",
        f"/api/content/v1/sync/?kind={kind.removesuffix('s')}&limit=100",
    ]
    if kind == "documents":
        ways += ["/search/?q=picked", "/api/content/v1/search/?q=picked"]
    return {way: NAME in re.sub("</?mark>", "", client.get(way).text) for way in ways}


def link_to(page) -> PreviewLink:
    """A link to the newest draft of `page`, by someone who may give one."""
    ends_at = timezone.now() + timedelta(days=1)
    return PreviewLink.objects.create(
        page_id=page.pk, created_by=user_in("Editors"), ends_at=ends_at
    )


def files_on(html: str) -> set[str]:
    """The addresses of pictures and documents in some HTML or JSON."""
    found = re.findall(r"""["' ](?:http://testserver)?(/(?:media|documents)/[^"' ]+)""", html)
    return {unescape(address).removesuffix(",").rstrip("\\") for address in found}
