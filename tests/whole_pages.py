"""A page of any type, in its place under a home page."""

from tests.factories import ToolkitPageFactory
from tests.factories.pages import FACTORIES


def make(model, home, **values):
    if model is type(home):
        for name, value in values.items():
            setattr(home, name, value)
        home.save()
        return home
    parent = home
    if model.parent_page_types == ["resources.ToolkitPage"]:
        parent = ToolkitPageFactory(parent=home, slug="another-toolkit")
    return FACTORIES[model](parent=parent, slug="whole", **values)
