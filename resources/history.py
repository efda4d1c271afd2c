"""What documents were before, read together."""

from cms.core import references

from .models import Document, DocumentVersion


def earlier_versions(documents) -> None:
    """Set `versions_shown` on each document: what it was before, newest first.

    One query for all documents that this request shows, however often it is
    called; none where no document has been replaced.
    """
    known = references.remember("versions", dict)
    missing = {each.pk for each in documents if each.version > 1} - known.keys()
    if missing:
        missing |= {each.pk for each in references.known(Document) if each.version > 1}
        known.update({key: [] for key in missing})
        for version in DocumentVersion.objects.filter(document__in=missing):
            known[version.document_id].append(version)
    for document in documents:
        document.versions_shown = known.get(document.pk, [])
