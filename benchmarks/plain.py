"""A site as `wagtail start` makes it, with the same pages as ours, on the same server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from cms.core.management.commands.serve import server_command
from tests.served import Served

HERE = Path(__file__).parent

SETTINGS = """
import environ
from .base import *
DEBUG = False
SECRET_KEY = "only-for-benchmarks"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS += [
    "plain_site", "wagtail.contrib.typed_table_block", "wagtail.api.v2", "rest_framework",
]
DATABASES = {"default": environ.Env().db("DATABASE_URL")}
if "postgres" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {"pool": True}
"""
URLS = """
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PagesAPIViewSet)
urlpatterns.insert(0, path("api/v2/", router.urls))
"""
CONTENT = """
import json, sys
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page, Site
from django.core.files.base import ContentFile
from plain_site.models import PlainPage
given = json.load(open(sys.argv[1]))
image = Image.objects.create(
    title="A picture", file=ContentFile(open(given["image"], "rb").read(), "picture.jpg")
)
document = Document.objects.create(title="A document", file=ContentFile(b"x", "document.txt"))
site = Site.objects.get()
site.root_page.delete()
root = Page.get_first_root_node()
home = root.add_child(instance=PlainPage(title="Home", slug="site", summary="Home", body="[]"))
Site.objects.create(hostname="localhost", is_default_site=True, root_page=home)
chosen = {"image": image.pk, "document": document.pk, "page": home.pk}
def point(value):
    if isinstance(value, list):
        return [point(each) for each in value]
    if isinstance(value, dict):
        return {
            name: chosen[name] if name in chosen and isinstance(each, int) else point(each)
            for name, each in value.items()
        }
    return value
for slug, body in given["bodies"].items():
    body = json.dumps(point(body))
    if slug == "home":
        home.body = body
        home.save_revision().publish()
    else:
        home.add_child(instance=PlainPage(title=slug, slug=slug, summary=slug, body=body))
"""


class Plain(Served):
    """`with Plain(folder, content)`; `content` is {"image": path, "bodies": {slug: raw stream}}."""

    def __init__(self, folder: Path, content: dict, *, database: str = ""):
        super().__init__(folder, database=database)
        self.root = folder / "site"
        self.root.mkdir()
        wagtail = Path(sys.executable).with_name("wagtail")
        subprocess.run(  # noqa: S603
            [wagtail, "start", "plain", self.root], check=True, stdout=subprocess.DEVNULL
        )
        shutil.copytree(HERE / "plain_site", self.root / "plain_site")
        (self.root / "plain" / "settings" / "bench.py").write_text(SETTINGS)
        with (self.root / "plain" / "urls.py").open("a") as urls:
            urls.write(URLS)
        self.content = folder / "content.json"
        self.content.write_text(json.dumps(content))
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "plain.settings.bench",
            "PYTHONPATH": str(self.root),
        }

    def __enter__(self):
        for step in (["makemigrations", "plain_site"], ["migrate"]):
            self._manage(*step, "--verbosity=0")
        self._python("-c", f"import django; django.setup()\n{CONTENT}", str(self.content))
        self._manage("update_index", "--verbosity=0")
        self._start()
        return self

    def _manage(self, *arguments):
        self._python("manage.py", *arguments)

    def _python(self, *arguments):
        subprocess.run(  # noqa: S603
            [sys.executable, *arguments], cwd=self.root, env=self.environment, check=True
        )

    def _start(self):
        command = server_command("127.0.0.1", self.port, workers=2)
        self.start("/", [*command[:-1], "plain.wsgi:application"], self.root)
