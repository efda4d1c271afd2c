"""The page's HTML, made ready for paper: what a converter understands, and nothing for screens."""

from collections.abc import Callable
from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString

_KEPT = {"id", "href", "src", "alt", "scope", "colspan", "rowspan", "start", "lang"}
_FOR_SCREENS = "svg, button, script, style, template, [hidden], [data-screen-only]"
_BOX = "☐ "


class Cleaner:
    """Cleans the HTML of one chapter's blocks.

    `prefix` goes before every id, so that chapters can stand in one file. Links
    are made absolute by `url`, the chapter's own address. `picture(url, alt)`
    gives the file name of a picture in the download.
    """

    def __init__(
        self,
        *,
        prefix: str,
        url: str,
        picture: Callable[[str, str], str],
    ):
        self.prefix = prefix
        self.url = url
        self.picture = picture

    def clean(self, html: str) -> str:
        soup = BeautifulSoup(html, "html.parser")
        self._write_lines(soup)
        for node in soup.select(f'{_FOR_SCREENS}, [aria-hidden="true"]'):
            node.decompose()
        self._open(soup)
        self._quotes(soup)
        self._boxes(soup)
        self._set_apart(soup)
        self._pictures(soup)
        self._links(soup)
        self._bare(soup)
        return str(soup)

    @staticmethod
    def _write_lines(soup):
        """A ruled line to write on is a rule."""
        for lines in soup.select(".sheet__lines"):
            for _ in lines.select(".sheet__line"):
                lines.insert_before(soup.new_tag("hr"))
            lines.decompose()

    @staticmethod
    def _open(soup):
        """What folds on a screen lies open on paper."""
        for summary in soup.find_all("summary"):
            if summary.find(["h2", "h3", "h4", "h5", "h6"]):
                summary.unwrap()
            else:
                summary.name = "p"
                strong = soup.new_tag("strong")
                strong.extend(list(summary.children))
                summary.append(strong)
        for details in soup.find_all("details"):
            details.unwrap()

    @staticmethod
    def _quotes(soup):
        """Who said it is part of what is quoted."""
        for figure in soup.select("figure.quote"):
            who = figure.find("figcaption")
            if who is not None:
                words = ", ".join(who.stripped_strings)
                who.decompose()
                line = soup.new_tag("p")
                line.string = f"— {words}"
                figure.find("blockquote").append(line)
            figure.unwrap()

    @staticmethod
    def _boxes(soup):
        for box in soup.find_all("input"):
            box.replace_with(NavigableString(_BOX if box.get("type") == "checkbox" else ""))

    @staticmethod
    def _set_apart(soup):
        """Boxes have no word of their own in every format; a block quotation has."""
        for box in soup.select(".inset, .warning"):
            label = box.select_one(".warning__label")
            if label is not None:
                strong = soup.new_tag("strong")
                strong.extend(list(label.children))
                label.append(strong)
            box.name = "blockquote"
        for kicker in soup.select(".activity__kind, .sheet__kind"):
            title = kicker.find_next_sibling(["h2", "h3", "h4", "h5", "h6"])
            title.insert(0, f"{kicker.get_text(strip=True)}: ")
            kicker.decompose()
        for row in soup.select("dl > div"):
            row.unwrap()

    def _pictures(self, soup):
        for image in soup.find_all("img"):
            alt = image.get("alt", "").strip()
            if not alt:
                image.decompose()  # decoration
                continue
            name = self.picture(image.get("src", ""), alt)
            image.attrs = {"src": name, "alt": alt}
        for figure in soup.find_all("figure"):
            if figure.find("img") is None:
                figure.decompose()
            elif figure.find("figcaption") is None:
                figure.name = "p"

    def _links(self, soup):
        for link in soup.find_all("a"):
            address = link.get("href")
            if not address or (not link.get_text(strip=True) and link.find("img") is None):
                link.unwrap()
                continue
            link["href"] = urljoin(self.url, address)

    def _bare(self, soup):
        """Only what says something, and ids that no other chapter has."""
        for node in soup.find_all(True):
            node.attrs = {name: value for name, value in node.attrs.items() if name in _KEPT}
            if "id" in node.attrs:
                node["id"] = self._own(node["id"])
        for node in soup.find_all(["span", "label", "section", "article"]):
            if not node.attrs:
                node.unwrap()

    def _own(self, name: str) -> str:
        return name if name.startswith(f"{self.prefix}-") else f"{self.prefix}-{name}"


def link_inside(html: str, places: dict[str, str]) -> str:
    """Have links to what is in the same file lead there, and not to the website.

    `places` maps the address of each chapter in the file to its id.
    """
    soup = BeautifulSoup(html, "html.parser")
    ids = {node["id"] for node in soup.find_all(id=True)}
    for link in soup.find_all("a", href=True):
        address, _, fragment = link["href"].partition("#")
        if address in places:
            target = f"{places[address]}-{fragment}" if fragment else places[address]
            if target in ids:
                link["href"] = f"#{target}"
    return str(soup)
