"""How long a large toolkit takes to make, and how much memory.

    make benchmarks

Twelve chapters, about 150 pages, 60 pictures and 40 tables, on a database and
in a folder of its own. Prints each format, the whole, and the most memory that
this process and its converters held together. Limits: 20 s, 600 MB.
"""

import io
import os
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory(prefix="benchmark-")
os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.test"
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/db.sqlite3"
os.environ["MEDIA_ROOT"] = f"{FOLDER.name}/media"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

CHAPTERS, PICTURES, TABLES = 12, 60, 40
PARAGRAPHS = 75  # in a chapter
MOST_SECONDS, MOST_MEGABYTES = 20, 600
WORDS = [
    "people",
    "plan",
    "services",
    "together",
    "and",
    "share",
    "the",
    "power",
    "to",
    "decide",
    "what",
    "happens",
    "next",
    "in",
    "each",
    "neighbourhood",
    "because",
    "those",
    "who",
    "use",
    "a",
    "service",
    "know",
    "what",
    "those",
    "who",
    "run",
    "it",
    "cannot",
    "see",
]


def main():
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.MEDIA_ROOT = os.environ["MEDIA_ROOT"]
    call_command("migrate", verbosity=0)
    toolkit = write()
    memory = Memory()

    from cms.core import references
    from resources.exports import build
    from resources.models import PageExport

    build.CHAPTER, chapter_formats = (), build.CHAPTER
    seconds = {}
    for kind in build.WHOLE:
        with references.scope():
            publication = build.describe(toolkit, build.read_chapters(toolkit.chapters))
            started = time.perf_counter()
            build.formats.make(publication, kind, made_on=build.timezone.localtime())
        seconds[kind] = time.perf_counter() - started
    del publication
    memory.start()
    started = time.perf_counter()
    build.refresh_all()
    whole = time.perf_counter() - started
    failed = [made.error for made in PageExport.objects.exclude(error="")]
    if failed:
        sys.exit("\n".join(failed))
    started = time.perf_counter()
    build.refresh_all()
    again = time.perf_counter() - started
    build.CHAPTER = chapter_formats
    started = time.perf_counter()
    build.refresh_all()
    chapters = time.perf_counter() - started

    for made in PageExport.objects.filter(page=toolkit.pk):
        pages = f", {made.page_count} pages" if made.page_count else ""
        alone = f"{seconds[made.format]:5.1f} s alone" if made.format in seconds else ""
        print(f"{made.format:5} {made.size / 1e6:6.1f} MB{pages:12} {alone}")
    print(f"PDF, DOCX, ODT, EPUB and ZIP: {whole:.1f} s (at most {MOST_SECONDS})")
    print(f"Each chapter's PDF and DOCX besides: {chapters:.1f} s")
    print(f"When nothing has changed: {again:.1f} s, {again / whole:.0%} of the first time")
    print(f"Memory at its height, converters too: {memory.most:.0f} MB (at most {MOST_MEGABYTES})")
    sys.exit(whole > MOST_SECONDS or memory.most > MOST_MEGABYTES)


class Memory(threading.Thread):
    """Looks twenty times a second at what this process and its children hold, in MB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most = 0

    def run(self):
        while True:
            self.most = max(self.most, self.held(os.getpid()))
            time.sleep(0.05)

    def held(self, process) -> float:
        try:
            # Shared pages are counted once: https://docs.kernel.org/filesystems/proc.html
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            tasks = Path(f"/proc/{process}/task").iterdir()
            children = [
                child for task in tasks for child in (task / "children").read_text().split()
            ]
        except OSError:  # it has just ended
            return 0
        own = re.search(r"^Pss: +([0-9]+) kB", rollup, re.MULTILINE)
        return int(own[1]) / 1024 + sum(map(self.held, children))


def write():
    """The toolkit: the same each time."""
    from django.core.files.images import ImageFile
    from PIL import Image as Pillow
    from wagtail.models import Page, Site

    from cms.core.models import Image
    from home.models import HomePage
    from resources.models import ToolkitChapterPage, ToolkitPage

    chance = random.Random(7)  # noqa: S311
    owner = {"content_owner_name": "Robin", "content_owner_email": "robin@example.org"}
    home = Page.get_first_root_node().add_child(
        instance=HomePage(
            title="Home", slug="h", summary="-", hero_title="-", hero_text="-", body=[], **owner
        )
    )
    Site.objects.update(root_page=home)
    toolkit = home.add_child(
        instance=ToolkitPage(
            title="Toolkit", slug="toolkit", summary="-", introduction="<p>-</p>",
            edition="First", **owner,
        )
    )  # fmt: skip
    pictures = []
    for number in range(PICTURES):
        buffer = io.BytesIO()
        picture = Pillow.effect_noise((1200, 800), 40).convert("RGB")
        picture.resize((1200, 800)).save(buffer, "JPEG", quality=80)
        pictures.append(
            Image.objects.create(
                title=f"Picture {number}",
                description=f"What picture {number} shows.",
                file=ImageFile(buffer, name=f"picture-{number}.jpg"),
            )
        )

    def sentence(words=60):
        return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."

    for number in range(CHAPTERS):
        body = []
        for paragraph in range(PARAGRAPHS):
            if paragraph % 8 == 0:
                heading = {"level": "h2", "text": f"Section {paragraph}", "anchor": ""}
                body.append({"type": "heading", "value": heading})
            body.append({"type": "rich_text", "value": f"<p>{sentence()} <b>{sentence(8)}</b></p>"})
            if paragraph % 15 == 7:
                image = pictures[(number * 5 + paragraph // 15) % PICTURES]
                body.append({"type": "image", "value": {"image": image.pk, "caption": "-"}})
        for _ in range(TABLES * (number + 1) // CHAPTERS - TABLES * number // CHAPTERS):
            rows = [{"values": [sentence(6), sentence(10)]} for _ in range(8)]
            table = {
                "columns": [{"type": "text", "heading": word} for word in ("What", "How")],
                "rows": rows,
            }
            body.append({"type": "table", "value": {"caption": "A table", "table": table}})
        toolkit.add_child(
            instance=ToolkitChapterPage(
                title=f"Chapter {number + 1}", slug=f"chapter-{number + 1}", summary="-",
                introduction="-", body=body, **owner,
            )
        )  # fmt: skip
    return ToolkitPage.objects.get(pk=toolkit.pk)


if __name__ == "__main__":
    main()
