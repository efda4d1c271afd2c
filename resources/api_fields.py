"""What resources adds to the JSON of pages."""

from cms.core.api_fields import JSONField
from cms.core.representations import absolute

from .shapes import Download


class DownloadsField(JSONField):
    """Files of a page, ready to be taken away: format, address, size in bytes, pages, date."""

    def __init__(self):
        super().__init__(source="*")

    def represent(self, page, request) -> list[Download]:
        return [
            {
                "format": export.format,
                "url": absolute(page.download_path(export.format), request),
                "size": export.size,
                "page_count": export.page_count,
                "made_at": export.built_at.isoformat(),
            }
            for export in page.downloads
        ]
