"""What the accounts add to the editor's screen, and what is noted about them."""

from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import AdminOnlyMenuItem
from wagtail.log_actions import LogFormatter

from . import admin_views, second_factor


@hooks.register("register_admin_urls")
def register_screens():
    return [
        path(
            "account/second-factor/", admin_views.SecondFactorView.as_view(), name="second_factor"
        ),
        path(
            "account/second-factor/set-up/",
            admin_views.SetUpView.as_view(),
            name="second_factor_set_up",
        ),
        path(
            "account/second-factor/codes/",
            admin_views.CodesView.as_view(),
            name="second_factor_codes",
        ),
        path("account/second-factor/off/", admin_views.OffView.as_view(), name="second_factor_off"),
        path("account/confirmed/", admin_views.ConfirmedView.as_view(), name="confirmed"),
        path(
            "users/<int:pk>/second-factor/",
            admin_views.ResetView.as_view(),
            name="second_factor_reset",
        ),
        path("reports/sign-in-locks/", admin_views.LocksView.as_view(), name="sign_in_locks"),
        path("reports/audit-log/", admin_views.AuditLogView.as_view(), name="audit_log"),
        path(
            "reports/audit-log/results/",
            admin_views.AuditLogView.as_view(results_only=True),
            name="audit_log_results",
        ),
    ]


@hooks.register("register_account_menu_item")
def offer_the_second_factor(request):
    if second_factor.is_off():
        return None
    return {
        "url": reverse("second_factor"),
        "label": "Second factor",
        "help_text": "A code from your phone, beside your password.",
    }


@hooks.register("register_user_listing_buttons")
def offer_to_reset_the_second_factor(user, request_user):
    if admin_views.may_reset(request_user, user):
        yield admin_views.ResetButton(user)


@hooks.register("register_reports_menu_item")
def show_the_audit_log():
    return AdminOnlyMenuItem(
        "Audit log", reverse("audit_log"), name="audit-log", icon_name="history", order=1010
    )


@hooks.register("register_reports_menu_item")
def show_the_locks():
    return AdminOnlyMenuItem(
        "Sign-in locks",
        reverse("sign_in_locks"),
        name="sign-in-locks",
        icon_name="lock",
        order=1020,
    )


class Noted(LogFormatter):
    """An entry of `audit.note`; its details as a comment."""

    def format_comment(self, entry):
        said = [
            f"{name.replace('_', ' ').capitalize()}: {_readable(value)}."
            for name, value in entry.data.items()
        ]
        return " ".join(said)


def _readable(value):
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@hooks.register("register_log_actions")
def name_what_is_noted(actions):
    for action, label, message in [
        ("signed_in", "Sign in", "Signed in"),
        ("signed_out", "Sign out", "Signed out"),
        ("sign_in_failed", "Fail to sign in", "Could not sign in"),
        ("locked", "Lock sign-in", "Has to wait before trying again"),
        ("lock_lifted", "Lift a lock", "May try to sign in again"),
        ("second_factor_set_up", "Set up second factor", "Second factor set up"),
        ("second_factor_off", "Turn off second factor", "Second factor turned off"),
        ("second_factor_reset", "Reset second factor", "Second factor reset by somebody else"),
        ("recovery_codes_made", "Make recovery codes", "Recovery codes made anew"),
        ("password_set", "Set password", "Password set"),
        ("account_made", "Make account", "Account made"),
        ("account_changed", "Change account", "Account changed"),
        ("groups_changed", "Change groups", "Groups of an account changed"),
        ("permissions_changed", "Change permissions", "Permissions changed"),
        ("privacy_changed", "Change privacy", "Privacy of a collection changed"),
    ]:
        formatter = type("Noted", (Noted,), {"label": label, "message": message})
        actions.register_action(f"accounts.{action}")(formatter)
