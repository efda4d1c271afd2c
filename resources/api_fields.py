"""What resources adds to the JSON of pages."""

from cms.core.api_fields import JSONField
from cms.core.representations import absolute

from .shapes import Download


def reading_minutes(chapter, request) -> int:
    """How long a chapter takes to read."""
    return chapter.reading_minutes


class DownloadsField(JSONField):
    """Files of a page, ready to be taken away: format, address, size in bytes, pages, date."""

    def __init__(self):
        super().__init__(source="*")

    def represent(self, page, request) -> list[Download]:
        return [
            {
                "format": export.format,
                "name": export.get_format_display(),
                "use": export.use,
                "url": absolute(page.download_path(export.format), request),
                "size": export.size,
                "page_count": export.page_count,
                "made_at": export.built_at.isoformat(),
            }
            for export in page.downloads
        ]
