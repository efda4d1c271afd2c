"""What of the site's addresses several tests read."""

import re
from urllib.parse import urlsplit


def whole_sitemap(client) -> str:
    """All parts of the sitemap, one after the other."""
    parts = re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").text)
    return "".join(client.get(urlsplit(part).path).text for part in parts)
