"""How the editing screen of a page is laid out."""

from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import Page

LISTING_PANELS = [
    MultiFieldPanel(
        [
            FieldPanel("summary", widget=AdminAutoHeightTextInput()),
            FieldPanel("listing_image"),
            FieldPanel(
                "show_in_menus",
                heading="Show in the menu",
                help_text="The menu lists the pages right below the home page that have this tick.",
            ),
        ],
        heading="Where this page is listed",
    ),
    MultiFieldPanel(
        [
            FieldPanel(
                "slug",
                heading="End of the address",
                help_text="Small letters and hyphens. It is made from the title. "
                "When you change it, the old address still leads here.",
            ),
            FieldPanel(
                "seo_title",
                heading="Title for search engines",
                help_text="Leave it empty to use the page's title.",
            ),
            FieldPanel(
                "search_description",
                heading="Words for search engines",
                help_text="Leave them empty to use the summary.",
            ),
        ],
        heading="For search engines",
    ),
]
OWNERSHIP_PANELS = [
    MultiFieldPanel(
        [
            FieldPanel("content_owner_name"),
            FieldPanel("content_owner_email"),
            FieldPanel("review_on"),
        ],
        heading="Who keeps this page true",
    ),
]


def page_tabs(content_panels, *extra_tabs) -> TabbedInterface:
    """Tabs of a page: content, `extra_tabs`, where it is listed, whose it is.

    Wagtail shows the last one's fields (when the page is public) in the side panel.
    """
    return TabbedInterface(
        [
            ObjectList(content_panels, heading="Content"),
            *extra_tabs,
            ObjectList(LISTING_PANELS, heading="Listing"),
            ObjectList(OWNERSHIP_PANELS, heading="Ownership"),
            ObjectList(Page.settings_panels, heading="Publishing"),
        ]
    )
