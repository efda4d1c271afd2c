"""What asks for the password again, when it was typed longer than `CONFIRM_MINUTES` ago."""

#: Names of addresses. A test fails when one of them leads nowhere.
DANGEROUS = {
    # Who may do what
    "wagtailusers_users:add",
    "wagtailusers_users:copy",
    "wagtailusers_users:edit",
    "wagtailusers_users:delete",
    "wagtailusers_groups:add",
    "wagtailusers_groups:edit",
    "wagtailusers_groups:delete",
    # The second factor, one's own and others'
    "second_factor_set_up",
    "second_factor_codes",
    "second_factor_off",
    "second_factor_reset",
    # What people sent us
    "sign_ups_export",
    "sign_ups_download",
    "sign_ups_erase",
    # Keys of programs
    "api_token_modeladmin_create",
    "api_token_modeladmin_edit",
    "api_token_modeladmin_delete",
    "delivery_endpoint_modeladmin_create",
    "delivery_endpoint_modeladmin_edit",
    "delivery_endpoint_modeladmin_delete",
    "delivery_endpoint_modeladmin_secret",
    # What is public
    "wagtailsites:delete",
    "wagtailadmin_collections:set_privacy",
}
#: The same, where `WAGTAIL_API_V3_PREVIEW` has its screens.
OF_API_V3 = {
    "wagtailusers_api_tokens:add",
    "wagtailusers_api_tokens:edit",
    "wagtailusers_api_tokens:delete",
}
#: One address serves many things: (app, model) of those that count.
SEVERAL_AT_ONCE = "wagtail_bulk_action"
DANGEROUS_AT_ONCE = {("core", "user")}


def is_dangerous(match) -> bool:
    """Whether the act that an address leads to (a ResolverMatch) asks again."""
    if match.view_name == SEVERAL_AT_ONCE:
        return (match.kwargs["app_label"], match.kwargs["model_name"]) in DANGEROUS_AT_ONCE
    return match.view_name in DANGEROUS or match.view_name in OF_API_V3
