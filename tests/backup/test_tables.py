"""Each table is decided: in a backup, or not and why."""

from django.db import connection

from cms.backup import tables


def test_every_model_is_in_the_backup_or_left_out_for_a_reason():
    there = {tables.label(model) for model in tables.all_models()}
    undecided = there - tables.DATA - tables.LEFT_OUT.keys()
    assert not undecided, "Say in cms/backup/tables.py whether these are data."
    gone = (tables.DATA | tables.LEFT_OUT.keys()) - there
    assert gone <= ({"wagtailsearch.SQLiteFTSIndexEntry"} if _other_database() else set())


def _other_database():
    return connection.vendor != "sqlite"


def test_no_model_is_both():
    assert not tables.DATA & tables.LEFT_OUT.keys()
    assert tables.MADE_AGAIN <= tables.DATA
