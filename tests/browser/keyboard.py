"""Walking through a page with the keyboard alone."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MOST_STOPS = 600

# What each focusable element looks like before it has the focus, to compare.
_REMEMBER = """
() => {
    window.looks = element => {
        const s = getComputedStyle(element);
        return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(" ");
    };
    const nodes = document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex]"
    );
    window.before = new Map([...nodes].map(node => [node, window.looks(node)]));
}
"""
_STOP = """
async () => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    // https://www.w3.org/TR/WCAG22/#focus-not-obscured-minimum
    const isSeen = () => {
        const box = at.getBoundingClientRect();
        const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
        const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
        const top = document.elementFromPoint(x, y);
        return box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
            && Boolean(top) && (at.contains(top) || top.contains(at)
                || [...(at.labels || [])].some(label => label.contains(top)));
    };
    // The page scrolls to where the focus has gone, perhaps smoothly: judge when it stands.
    let seen = isSeen();
    for (let frames = 0, still = 0; frames < 180 && !(seen && still > 1); frames++) {
        const before = at.getBoundingClientRect();
        await new Promise(requestAnimationFrame);
        const now = at.getBoundingClientRect();
        still = now.top === before.top && now.left === before.left ? still + 1 : 0;
        seen = isSeen();
    }
    const name = at.getAttribute("aria-label") || (at.labels && at.labels[0]?.textContent)
        || at.textContent || at.name || "";
    window.stops = window.stops || [];
    const again = window.stops.includes(at);
    const last = window.stops.at(-1);
    const forward = !last || Boolean(
        last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING
    );
    if (!again) window.stops.push(at);
    return {
        again, forward,
        tag: at.tagName.toLowerCase(),
        name: name.trim().replace(/\\s+/g, " ").slice(0, 80),
        shown: at.matches(":focus-visible") && window.looks(at) !== window.before.get(at),
        seen,
    };
}
"""
# Everything that the Tab key should come to, in the page's order.
_REACHABLE = """
() => {
    const radios = new Set();
    return [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex]"
    )].filter(node => {
        if (node.disabled || node.tabIndex < 0 || node.type === "hidden") return false;
        if (!node.checkVisibility({ visibilityProperty: true })) return false;
        if (node.type === "radio") {
            if (radios.has(node.name)) return false;
            radios.add(node.name);
        }
        return true;
    }).length;
}
"""


@dataclass(frozen=True)
class Stop:
    """Where the focus is: `shown` if it looks different for it, `seen` if nothing covers it."""

    tag: str
    name: str
    forward: bool
    shown: bool
    seen: bool


def start_at_the_top(page: Page) -> None:
    """Take the focus from wherever a script has put it."""
    page.evaluate(
        """() => {
            const top = document.createElement("span");
            top.tabIndex = -1;
            document.body.prepend(top);
            top.focus();
            top.remove();
            scrollTo(0, 0);
        }"""
    )


def walk(page: Page) -> list[Stop]:
    """Press Tab from the top of the page until the focus leaves it."""
    page.evaluate(_REMEMBER)
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(_STOP)
        if found is None or found.pop("again"):
            return stops
        stops.append(Stop(**found))
    raise AssertionError(f"After {MOST_STOPS} stops there is no end.")


def reachable(page: Page) -> int:
    """How many stops a whole walk should have."""
    return page.evaluate(_REACHABLE)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(MOST_STOPS):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not come to {target}.")


def type_into(page: Page, target: Locator, text: str) -> None:
    """Go to a field with Tab, and write `text` in place of what is there."""
    tab_to(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
