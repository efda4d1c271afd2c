"""What resources adds to the JSON of pages."""

from rest_framework.fields import Field

from cms.core.representations import absolute


class DownloadsField(Field):
    """Files of a page, ready to be taken away: format, address, size in bytes, pages, date."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, page):
        request = self.context.get("request")
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
