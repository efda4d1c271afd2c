"""Documents that are one work: the same thing in several languages or formats."""

from collections import defaultdict
from copy import copy

from django.db.models import Q

from cms.core import references
from cms.core.kept import kept
from cms.core.visibility import in_public_collection

from .models import Document


def works(documents: list[Document]) -> list[Document]:
    """One document for each work among `documents`, in the order of the list.

    Each has `other_forms_shown`: the list of the other documents given that are
    forms of it. The work's leader is shown if it is among `documents`, else the
    first by title. Costs no query. What is returned are copies, so the same
    document may stand on two shelves with other forms beside it.
    """
    forms = defaultdict(list)
    for document in documents:
        forms[document.work_id].append(document)
    shown = {}
    for work_id, group in forms.items():
        first = min(group, key=lambda form: (form.pk != work_id, form.title, form.pk))
        leader = copy(first)
        leader.other_forms_shown = [form for form in group if form is not first]
        shown[first.pk] = leader
    return [shown[document.pk] for document in documents if document.pk in shown]


def other_public_forms(documents: list[Document]) -> None:
    """Set `other_forms_shown` on each document: its other forms in public collections, by title.

    One query for all documents that this request shows, however often it is called;
    none for those that were asked for since the last change.
    """
    known = kept("forms", dict)
    wanted = {document.work_id for document in documents}
    forms = {work_id: known[work_id] for work_id in wanted if work_id in known}
    if len(forms) < len(wanted):
        wanted |= {document.work_id for document in references.known(Document)}
        read = read_forms(wanted - known.keys())
        forms.update(read)
        if len(known) < references.MOST_KEPT:
            known.update(read)
    for document in documents:
        document.other_forms_shown = [
            form for form in forms[document.work_id] if form.pk != document.pk
        ]


def keys_of_forms(keys: list[int]) -> set[int]:
    """The keys of all documents that are of one work with one of these; two queries."""
    leaders = {
        leader or key
        for key, leader in Document.objects.filter(pk__in=keys).values_list("pk", "form_of")
    }
    forms = Document.objects.filter(Q(pk__in=leaders) | Q(form_of__in=leaders))
    return set(forms.values_list("pk", flat=True))


def read_forms(work_ids: set[int]) -> dict[int, list[Document]]:
    """{key of a work: its public documents, by title}; one query."""
    forms = {work_id: [] for work_id in work_ids}
    within = Q(pk__in=work_ids) | Q(form_of__in=work_ids)
    documents = in_public_collection(Document.for_display().filter(within))
    for form in documents.order_by("title", "language", "pk"):
        forms[form.work_id].append(form)
    return forms
