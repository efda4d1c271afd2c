"""What was made by other code, or with other libraries, is known for that."""

import pytest
from django.apps import AppConfig, apps

from cms.core.release import release

FILES = {
    "programme/models.py": "A = 1",
    "templates/page.html": "<p>",
    "requirements.txt": "Django==5.2",
}


@pytest.fixture
def root(tmp_path, settings, monkeypatch):
    """A site of one app, installed beside its libraries."""
    for name, text in {**FILES, ".venv/lib/wagtail/models.py": "B = 1"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    settings.BASE_DIR = tmp_path
    installed = [tmp_path / "programme", tmp_path / ".venv/lib/wagtail"]
    configs = [type("App", (AppConfig,), {"path": str(path)})("x", None) for path in installed]
    monkeypatch.setattr(apps, "get_app_configs", lambda: configs)
    return tmp_path


def now() -> str:
    return release.__wrapped__()  # as another process reads it


def test_a_release_is_the_same_for_the_same_files(root):
    assert now() == now()
    assert release() == release()


@pytest.mark.parametrize("name", FILES)
def test_a_release_is_another_when_code_a_template_or_the_lock_is(name, root):
    before = now()
    (root / name).write_text("another")
    assert now() != before


def test_libraries_are_known_by_the_lock_and_not_read(root):
    before = now()
    (root / ".venv/lib/wagtail/models.py").write_text("another")
    assert now() == before
