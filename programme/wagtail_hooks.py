"""Who may read what people send: sign-up managers, and administrators."""

from wagtail import hooks
from wagtail.log_actions import LogFormatter
from wagtail.models import Page
from wagtail_modeladmin.options import modeladmin_register

from .models import SignUp
from .triage.forms_in_use import refuse_to_delete
from .triage.modeladmin import SignUpAdmin
from .triage.panels import panels_for

modeladmin_register(SignUpAdmin)


@hooks.register("filter_form_submissions_for_user")
def sign_ups_have_a_screen_of_their_own(user, pages):
    """Wagtail's list of submissions is for those who edit pages. Ours is in `triage`."""
    return pages.none()


@hooks.register("construct_homepage_panels")
def show_what_waits(request, panels):
    panels.extend(panels_for(request.user))


@hooks.register("before_delete_page")
def keep_forms_in_use(request, page):
    return refuse_to_delete(request, page)


@hooks.register("before_bulk_action")
def keep_forms_in_use_among_several(request, action_type, objects, action):
    if action_type != "delete":
        return None
    refusals = (refuse_to_delete(request, page) for page in objects if isinstance(page, Page))
    return next(filter(None, refusals), None)


@hooks.register("register_log_actions")
def name_what_happens_to_sign_ups(actions):
    for action, label, message in [
        ("confirmed", "Confirm", "Confirmed by the person"),
        ("corrected", "Correct", "Answers corrected"),
        ("assigned", "Assign", "Given to another owner"),
        ("noted", "Note", "Note written"),
        ("downloaded", "Download", "Copy downloaded for the person"),
    ]:
        actions.register_action(f"programme.sign_up.{action}", label, message)

    @actions.register_action("programme.sign_up.moved")
    class Moved(LogFormatter):
        label = "Move on"

        def format_message(self, entry):
            before, after = (SignUp.Status(entry.data[key]).label for key in ("from", "to"))
            return f"Moved from “{before}” to “{after}”"

    @actions.register_action("programme.sign_up.erased")
    class Erased(LogFormatter):
        label = "Erase"

        def format_message(self, entry):
            return f"Erased. {entry.data['because']}"

    @actions.register_action("programme.sign_up.exported")
    class Exported(LogFormatter):
        label = "Export sign-ups"

        def format_message(self, entry):
            return f"Exported {entry.data['count']} sign-ups as {entry.data['format'].upper()}"
