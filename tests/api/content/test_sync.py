"""A copy that is kept by `sync/` equals the site, whatever editors do."""

import random

import pytest

from .editing import Editor
from .keeping_copies import Copy, assert_in_step


@pytest.fixture
def site(transactional_db, django_db_serialized_rollback, home):
    """A site whose changes are committed, as they are when it runs."""
    return home


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_stays_in_step_while_editors_change_200_pages(seed, site, client):
    editor = Editor(site, seed)
    editor.build(pages=200)
    copy = Copy(client, limit=7)
    chance = random.Random(seed)  # noqa: S311
    done = []
    for number in range(120):
        done.append(editor.edit())
        if number % 3 == 0:
            copy.take()
        if number % 20 == 19 or chance.random() < 0.05:
            copy.follow()
            assert_in_step(copy)
    copy.follow()
    assert_in_step(copy)
    assert len(set(done)) > 20
