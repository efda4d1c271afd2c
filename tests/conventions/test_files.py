"""Whatever can show a picture or a document is known to the rule by which these are public."""

import pytest
from wagtail.models import Page, ReferenceIndex

from cms.core import library


def can_show_files(model) -> bool:
    for field in model._meta.get_fields():
        if field.is_relation and field.many_to_one and field.related_model in library.file_models():
            return not getattr(field, "wagtail_reference_index_ignore", False)
        if hasattr(field, "extract_references"):
            return True
    return False


@pytest.mark.django_db
def test_each_model_that_shows_files_is_a_page_or_says_that_it_has_no_drafts():
    showing = [model for model in ReferenceIndex.indexed_models if can_show_files(model)]
    assert len(showing) > 5
    without_drafts = [model for model in showing if not issubclass(model, Page)]
    assert set(without_drafts) == set(library.models_without_drafts())
    for model in without_drafts:
        assert not hasattr(model, "live"), f"{model} has drafts, whose files must not be public."
