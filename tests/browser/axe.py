"""axe-core: every rule of WCAG 2.0, 2.1 and 2.2 at levels A and AA, and the best practices.

https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
"""

from playwright.sync_api import Page

from . import tools

TAGS = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip

# Rules are asked for by name, so that axe leaves out neither those that are off
# by default (target-size) nor those it calls experimental.
_RUN = """
async ([tags, without]) => {
    const rules = axe.getRules(tags).map(rule => rule.ruleId).filter(id => id !== without);
    const found = await axe.run(document, {
        runOnly: { type: "rule", values: rules },
        resultTypes: ["violations"],
    });
    return found.violations.map(({ id, tags, help, nodes }) => ({
        id, help,
        wcag: tags.filter(tag => /^wcag\\d{3,}/.test(tag)),
        nodes: nodes.map(node => ({
            target: node.target.flat().join(" "),
            html: node.html.slice(0, 200),
            why: node.failureSummary,
        })),
    }));
}
"""


def problems(page: Page, without: str = "") -> list[str]:
    """What axe finds wrong with the page as it stands: one readable entry for each rule."""
    page.evaluate(tools.axe())
    return [_readable(violation) for violation in page.evaluate(_RUN, [TAGS, without])]


def _readable(violation) -> str:
    lines = [f"{violation['id']} ({' '.join(violation['wcag'])}): {violation['help']}"]
    for node in violation["nodes"]:
        why = node["why"].replace("\n", " ")
        lines.append(f"    {node['target']}\n        {node['html']}\n        {why}")
    return "\n".join(lines)
