"""Who may read what people send: sign-up managers, and administrators."""

from wagtail import hooks


@hooks.register("filter_form_submissions_for_user")
def sign_ups_have_a_screen_of_their_own(user, pages):
    """Wagtail's list of submissions is for those who edit pages. Ours is in `programme.triage`."""
    return pages.none()


@hooks.register("register_log_actions")
def name_what_happens_to_sign_ups(actions):
    for action, label, message in [
        ("confirmed", "Confirm", "Confirmed by the person"),
        ("moved", "Move on", "Moved on"),
        ("corrected", "Correct", "Answers corrected"),
        ("assigned", "Assign", "Given to a colleague"),
        ("noted", "Note", "Note written"),
        ("downloaded", "Download", "Copy downloaded for the person"),
        ("erased", "Erase", "Erased"),
        ("exported", "Export", "Sign-ups exported"),
    ]:
        actions.register_action(f"programme.sign_up.{action}", label, message)
