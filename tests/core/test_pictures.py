"""Pictures: made ahead and clean, whatever was uploaded, and never while someone reads."""

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageCms, ImageDraw
from wagtail.models import Collection, CollectionViewRestriction

from cms.core import pictures
from cms.core.models import Image, Rendition
from cms.core.originals import UnreadableError, without_metadata
from cms.core.renditions import missing, specs, whole_url
from cms.core.tasks import make_renditions
from cms.events.models import Event
from tests.factories import (
    BenefitsPageFactory,
    ImageFactory,
    MaterialsPageFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitPageFactory,
    UserFactory,
)
from tests.library import made_public

PLACE = b"51.5376"
GPS = {1: "N", 2: (51.0, 32.0, 15.4), 3: "E", 4: (0.0, 42.0, 50.0)}


def drawn(width=300, height=200, mode="RGB", colour=None):
    """A picture whose upper left corner is red, so that one sees which side is up."""
    picture = Pillow.new("RGB", (width, height), "#ffffff")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 3, height // 3), fill="#ff0000")
    return picture.convert(mode)


def told(orientation=6):
    """What a camera writes into a picture: where it was, who held it, which side is up."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at home"
    exif[0x013B] = "Robin Example"
    exif.get_ifd(0x8825).update(GPS)
    return exif


def saved(picture, kind, **options) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(width=300, height=200, **options):
    return saved(
        drawn(width, height),
        "JPEG",
        exif=told(),
        comment=b"51.5376, 0.7139",
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>51.5376</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        **options,
    )


def uploaded(content, name="pier.jpg", **values) -> Image:
    return ImageFactory(file=ContentFile(content, name=name), **values)


def opened(file):
    with file.open("rb") as content:
        picture = Pillow.open(BytesIO(content.read()))
    picture.load()
    return picture


def made(image) -> dict[str, Pillow.Image]:
    """The sizes of `image`, made by the worker's task and read from the store."""
    make_renditions.call(image.pk)
    return {each.filter_spec: opened(each.file) for each in image.renditions.all()}


def says_nothing(picture) -> bool:
    told = {"exif", "xmp", "comment", "Description", "XML:com.adobe.xmp"}
    return not dict(picture.getexif()) and not told & set(picture.info)


@pytest.fixture
def editor(home, client):
    client.force_login(UserFactory(is_superuser=True))
    return client


class TestAPhotographThatSaysWhereItWasTaken:
    def test_says_it_in_no_size_stands_upright_and_keeps_its_colours(self, db):
        image = uploaded(photograph())
        sizes = made(image)
        assert set(sizes) == set(specs(image))
        for spec, picture in sizes.items():
            assert says_nothing(picture), spec
            assert picture.info["icc_profile"], spec
        # Turned to the right: the red corner of the file is at the upper right.
        widest = sizes["width-240|format-webp|webpquality-80"].convert("RGB")
        assert widest.size == (200, 300)
        assert widest.getpixel((190, 10))[1] < 60
        assert widest.getpixel((10, 10))[1] > 200

    def test_says_it_in_none_that_the_editor_or_the_downloads_ask_for(self, db):
        image = uploaded(photograph())
        for spec in ("max-165x165", "original", "width-1000|format-jpeg|jpegquality-85"):
            content = image.get_rendition(spec).file
            assert says_nothing(opened(content)), spec

    def test_is_kept_as_it_was_and_given_to_nobody(self, home, client):
        content = photograph()
        image = uploaded(content)
        make_renditions.call(image.pk)
        with image.file.open("rb") as file:
            assert file.read() == content
        assert client.get(f"/media/{image.file.name}").status_code == 404

    def test_has_the_width_and_height_that_one_sees(self, db):
        image = uploaded(photograph())
        assert (image.width, image.height) == (200, 300)


WITH_METADATA = {
    "upright.jpg": lambda: photograph(),
    "progressive.jpg": lambda: photograph(progressive=True),
    "restarts.jpg": lambda: photograph(restart_marker_rows=1),
    "pier.png": lambda: saved(drawn(mode="RGBA"), "PNG", exif=told(1)),
    "pier.webp": lambda: saved(drawn(), "WEBP", exif=told(1), xmp=b"<x>51.5376</x>"),
    "moving.gif": lambda: saved(
        drawn(mode="P"), "GIF", comment=PLACE, save_all=True, append_images=[drawn(mode="L")]
    ),
    "pier.avif": lambda: saved(drawn(), "AVIF", exif=told(1), xmp=b"<x>51.5376</x>"),
}


@pytest.mark.parametrize("name", WITH_METADATA)
class TestAPictureBeforeItsSizesAreMade:
    def test_is_shown_as_it_was_uploaded_but_for_what_it_says_of_itself(self, name, home, client):
        content = WITH_METADATA[name]()
        response = client.get(whole_url(made_public(uploaded(content, name))))
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("image/")
        assert "immutable" not in response.headers["Cache-Control"]
        shown, original = Pillow.open(BytesIO(response.content)), Pillow.open(BytesIO(content))
        assert shown.info.get("icc_profile") == original.info.get("icc_profile")
        turned = original.getexif().get(0x0112, 1)
        assert dict(shown.getexif()) == ({} if turned == 1 else {0x0112: turned})
        assert shown.getexif().get_ifd(0x8825) == {}
        for secret in (PLACE, b"Robin Example", b"taken at home"):
            assert secret not in response.content
        assert shown.convert("RGBA").tobytes() == original.convert("RGBA").tobytes()

    def test_is_missing_rather_than_told_when_its_file_is_broken(self, name, home, client):
        content = WITH_METADATA[name]()
        image = uploaded(content, name)
        with image.file.storage.open(image.file.name, "wb") as file:
            file.write(content[:40] + b"\x93" * 400)
        assert client.get(whole_url(image)).status_code == 404

    def test_is_never_given_out_whole_however_short_its_file_is_cut(self, name, db):
        content = WITH_METADATA[name]()
        for length in range(0, len(content), max(1, len(content) // 97)):
            try:
                shown = without_metadata(content[:length])
            except UnreadableError:
                continue
            assert PLACE not in shown


def test_what_is_private_is_shown_as_uploaded_only_to_those_who_may_see_it(home, client):
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    address = whole_url(uploaded(photograph(), collection=collection))
    assert client.get(address).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address).headers["Cache-Control"] == "private, no-store"


UNUSUAL = {
    "transparent.png": lambda: saved(Pillow.new("RGBA", (300, 200), (255, 0, 0, 0)), "PNG"),
    "palette.png": lambda: saved(drawn(mode="P"), "PNG"),
    "sixteen.png": lambda: saved(Pillow.new("I;16", (300, 200), 0x8000), "PNG"),
    "two.png": lambda: saved(drawn(mode="1"), "PNG"),
    "grey.jpg": lambda: saved(drawn(mode="L"), "JPEG"),
    "ink.jpg": lambda: saved(drawn(mode="CMYK"), "JPEG"),
    "moving.gif": WITH_METADATA["moving.gif"],
    "small.png": lambda: saved(drawn(1, 1), "PNG"),
    "long.png": lambda: saved(drawn(3000, 1), "PNG"),
    "pier.webp": WITH_METADATA["pier.webp"],
    "pier.avif": WITH_METADATA["pier.avif"],
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_picture_of_any_kind_is_made_in_every_size_and_never_enlarged(name, db):
    image = uploaded(UNUSUAL[name](), name)
    sizes = made(image)
    assert set(sizes) == set(specs(image))
    assert max(picture.width for picture in sizes.values()) <= image.width
    assert {picture.format for picture in sizes.values()} >= {"AVIF", "WEBP", "JPEG"}


def test_what_is_transparent_stays_so_also_for_old_browsers(db):
    sizes = made(uploaded(UNUSUAL["transparent.png"](), "logo.png"))
    for spec in ("width-240|format-avif|avifquality-60", "width-800|format-png"):
        assert sizes[spec].convert("RGBA").getpixel((9, 9))[3] == 0


def test_grey_in_sixteen_bits_and_colours_of_ink_look_as_they_did(db):
    for name, at, wanted in (
        ("sixteen.png", (100, 100), (128, 128, 128)),
        ("ink.jpg", (20, 20), (255, 0, 0)),
    ):
        sizes = made(uploaded(UNUSUAL[name](), name))
        seen = sizes["width-240|format-webp|webpquality-80"].convert("RGB").getpixel(at)
        assert all(abs(one - other) < 12 for one, other in zip(seen, wanted, strict=True)), name


def test_the_focal_point_stays_in_sight_when_a_large_photograph_is_read_at_a_half(db):
    picture = Pillow.new("RGB", (10_000, 5_000), "#ffffff")
    ImageDraw.Draw(picture).rectangle((9_500, 2_000, 9_999, 3_000), fill="#ff0000")
    image = uploaded(
        saved(picture, "JPEG"),
        focal_point_x=9_750,
        focal_point_y=2_500,
        focal_point_width=500,
        focal_point_height=1_000,
    )
    thumbnail = made(image)["fill-240x160|format-webp|webpquality-80"].convert("RGB")
    assert thumbnail.size == (240, 160)
    assert thumbnail.getpixel((236, 80))[1] < 60


class TestAnUpload:
    def test_has_its_sizes_made_and_readers_told(self, editor, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            editor.post(
                "/admin/images/add/",
                {
                    "title": "Pier",
                    "description": "The pier at low tide.",
                    "file": SimpleUploadedFile("pier.jpg", photograph()),
                    "collection": Collection.get_first_root_node().pk,
                },
            )
        image = Image.objects.get(title="Pier")
        assert missing(image) == []
        events = Event.objects.filter(model="core.Image", key=str(image.pk))
        assert events.count() > 1  # one for the picture, and then for its sizes

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("pier.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a supported image"),
            ("pier.jpg", b"This is no picture.", "not an image or a corrupted image"),
            ("pier.png", photograph()[:300], "does not match the file format"),
        ],
    )
    def test_of_what_is_no_picture_is_refused_with_a_sentence(
        self, name, content, sentence, editor
    ):
        response = self._add(editor, name, content)
        assert sentence in response.content.decode()
        assert not Image.objects.filter(title="Pier").exists()

    def test_of_too_many_pixels_is_refused_with_a_sentence(self, editor):
        many = saved(Pillow.new("1", (11_000, 10_000)), "PNG")
        assert "too many pixels" in self._add(editor, "map.png", many).content.decode()
        assert not Image.objects.filter(title="Pier").exists()

    @staticmethod
    def _add(editor, name, content):
        file = SimpleUploadedFile(name, content)
        return editor.post("/admin/images/add/", {"title": "Pier", "file": file})


def test_of_several_sizes_all_are_shown_or_none(db, monkeypatch):
    """Else pages would go on showing what they showed when only some were there."""
    image = uploaded(photograph())
    wanted = missing(image)[:3]
    save = FileSystemStorage.save
    kept = []

    def full_after_two(self, *args, **kwargs):
        if len(kept) == 2:
            raise OSError("The disk is full.")
        kept.append(save(self, *args, **kwargs))
        return kept[-1]

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "save", full_after_two)
        with pytest.raises(OSError, match="full"):
            pictures.make(image, wanted)
    assert len(kept) == 2
    assert not image.renditions.exists()
    before = Event.objects.count()
    pictures.make(image, wanted)
    assert {each.filter_spec for each in image.renditions.all()} == set(wanted)
    assert all(
        each.width and each.file.storage.exists(each.file.name) for each in image.renditions.all()
    )
    assert Event.objects.count() > before


def test_a_picture_whose_file_is_cut_short_is_a_failed_task_and_others_go_on(db):
    image = uploaded(photograph())
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(photograph()[:500])
    with pytest.raises(OSError, match="Truncated"):
        make_renditions.call(image.pk)
    assert not image.renditions.exists()


@pytest.fixture
def later(settings):
    """Tasks are kept in the database, and done by `work()`."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []},
    }

    def work():
        call_command("db_worker", queue_name="*", batch=True, startup_delay=False, reload=False)

    return work


class TestTheWorker:
    def test_tries_again_what_failed_and_forgets_nothing(self, later, db):
        from django_tasks_db.models import DBTaskResult

        image = uploaded(photograph())
        content = photograph()
        with image.file.storage.open(image.file.name, "wb") as file:
            file.write(content[:500])
        make_renditions.enqueue(image.pk)
        later()
        waiting = DBTaskResult.objects.get(run_after__isnull=False, status="READY")
        assert waiting.args_kwargs["args"] == [image.pk, 1]
        with image.file.storage.open(image.file.name, "wb") as file:
            file.write(content)
        DBTaskResult.objects.update(run_after=timezone.now())
        later()
        assert missing(image) == []

    def test_that_was_killed_is_made_good_the_next_day(self, later, db):
        image, whole = uploaded(photograph()), uploaded(photograph())
        make_renditions.enqueue(whole.pk)
        later()
        call_command("make_renditions")
        later()
        assert missing(image) == []

    def test_makes_the_pictures_of_a_page_that_is_published(
        self, later, home, django_capture_on_commit_callbacks
    ):
        image = uploaded(photograph())
        page = StandardPageFactory(
            parent=home, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        later()
        assert missing(image) == []


def pages_with_pictures(home, image):
    home.hero_image = home.listing_image = image
    home.save()
    card = {"title": "C", "text": "W", "image": image.pk, "link": {"text": "Go", "page": home.pk}}
    standard = StandardPageFactory(
        parent=home,
        title="About the pier",
        listing_image=image,
        body=[
            {"type": "image", "value": {"image": image.pk}},
            {"type": "cards", "value": {"cards": [card]}},
            {"type": "easy_read", "value": {"pairs": [{"image": image.pk, "text": "A pier."}]}},
        ],
    )
    benefits = BenefitsPageFactory(
        parent=home,
        body=[
            {
                "type": "benefit",
                "value": {"title": "B", "summary": "S", "text": "<p>T</p>", "image": image.pk},
            }
        ],
    )
    toolkit = ToolkitPageFactory(parent=home, cover_image=image)
    return [home, standard, benefits, toolkit, PartnersPageFactory(parent=home)]


def test_no_reader_has_a_size_made_and_every_reader_sees_a_picture(home, client, settings, later):
    image = uploaded(photograph(), description="The long pier.")
    pages = pages_with_pictures(home, image)
    MaterialsPageFactory(parent=home)
    call_command("rebuild_references_index", verbosity=0)  # as a publish does for its page
    Rendition.objects.all().delete()
    others = [
        "/search/?q=pier",
        "/sitemap.xml",
        "/materials/",
        "/api/v2/images/?fields=*",
        "/api/v2/pages/?fields=*",
        f"/api/v2/images/{image.pk}/",
        "/api/content/v1/images/",
        f"/api/content/v1/images/{image.pk}/",
        "/api/content/v1/pages/?fields=*",
        "/api/content/v1/pages/by-path/?path=/",
        "/api/content/v1/search/?q=pier",
    ]
    for page in pages:
        content = client.get(page.get_url()).content.decode()
        addresses = set(re.findall(r'<img src="(/media/[^"]+)"', content))
        assert addresses, page
        for address in addresses:
            assert client.get(address).status_code == 200
        if page.title != "Partners":
            assert 'alt="The long pier."' in content
    for address in others:
        assert client.get(address).status_code == 200, address
    assert not Rendition.objects.exists()

    # But they were asked for, once, and the next reader sees them.
    later()
    content = client.get(pages[1].get_url()).content.decode()
    assert whole_url(image) not in content
    assert 'type="image/avif"' in content


def test_a_reader_where_tasks_are_done_at_once_has_no_size_made_either(home, client):
    pages = pages_with_pictures(home, uploaded(photograph()))
    Rendition.objects.all().delete()
    for page in pages:
        client.get(page.get_url())
    assert not Rendition.objects.exists()


def test_the_nearest_size_is_shown_for_one_that_is_not_made(home, client):
    image = uploaded(photograph(900, 600))
    make_renditions.call(image.pk)
    small = image.renditions.get(filter_spec__startswith="width-240|format-webp")
    image.renditions.exclude(pk=small.pk).delete()
    page = StandardPageFactory(parent=home, body=[{"type": "image", "value": {"image": image.pk}}])
    assert f'<img src="{small.url}"' in client.get(page.get_url()).content.decode()


class TestAPicturesElement:
    @pytest.fixture
    def image(self, db):
        image = uploaded(saved(drawn(1300, 800), "PNG"), "pier.png", description="The pier.")
        make_renditions.call(image.pk)
        return image

    def test_offers_the_best_format_first_in_many_widths_and_says_its_size(
        self, image, home, client
    ):
        block = {"type": "image", "value": {"image": image.pk}}
        page = StandardPageFactory(parent=home, body=[block, block])
        content = client.get(page.get_url()).content.decode()
        first, shown = content.split("<picture")[1:]
        assert 'fetchpriority="high"' in first
        assert "lazy" not in first
        shown = shown[: shown.index("</picture>")]
        kinds = re.findall(r'<source type="([^"]+)" srcset="([^"]+)" sizes="[^"]+">', shown)
        assert [kind for kind, _ in kinds] == ["image/avif", "image/webp"]
        assert [[int(width) for width in re.findall(r"(\d+)w", widths)] for _, widths in kinds] == [
            [160, 240, 320, 480, 640, 800, 1200],
            [240, 480, 800, 1200],
        ]
        img = shown[shown.index("<img") :]
        assert ".png" in img
        for attribute in (
            'width="800"',
            'height="492"',
            'alt="The pier."',
            'loading="lazy"',
            'decoding="async"',
        ):
            assert attribute in img

    def test_is_fetched_first_when_it_is_the_first_thing_one_sees(self, image, home, client):
        home.hero_image = image
        home.save()
        content = client.get("/").content.decode()
        hero = content[content.index("<picture") : content.index("</picture>")]
        assert 'fetchpriority="high"' in hero
        assert "lazy" not in hero

    def test_is_what_the_api_gives_a_front_end_the_parts_of(self, image, home, client):
        json = client.get(f"/api/content/v1/images/{made_public(image).pk}/").json()
        assert [source["type"] for source in json["sources"]] == ["image/avif", "image/webp"]
        assert json["sources"][0]["srcset"].startswith("http://testserver/media/images/")
        assert json["sources"][0]["srcset"].endswith(" 1200w")
        assert json["srcset"] == json["sources"][1]["srcset"]
        assert json["renditions"]["fallback"]["url"].endswith(".png")
        assert json["renditions"]["large"]["width"] == 1200
