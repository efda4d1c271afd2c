"""Sign-ups in the editor's menu, with their screens and who may open them."""

from django.urls import path
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.menus import ModelAdminMenuItem
from wagtail_modeladmin.options import ModelAdmin

from ..models import SignUp
from . import export, listing, one, people, records, several

# What a group can be given: sign-ups are never added or written over in the editor.
PERMISSIONS = ["view_signup", "change_signup", "delete_signup", "export_signup"]


class SignUpPermissionHelper(PermissionHelper):
    """Only those who may see sign-ups see that there are any."""

    def get_all_model_permissions(self):
        return super().get_all_model_permissions().filter(codename__in=PERMISSIONS)

    def user_can_list(self, user):
        return self.user_has_specific_permission(user, self.get_perm_codename("view"))


class SignUpMenuItem(ModelAdminMenuItem):
    """Says how many wait for an answer."""

    def render_component(self, request):
        item = super().render_component(request)
        if waiting := SignUp.objects.waiting().count():
            item.label = f"{item.label} ({waiting})"
        return item


class SignUpURLFinder(ModelAdminURLFinder):
    """Where Wagtail's reports lead."""

    edit_url_name = "programme_signup_modeladmin_inspect"


class SignUpAdmin(ModelAdmin):
    model = SignUp
    menu_label = "Sign-ups"
    menu_item_name = "sign-ups"
    menu_icon = "group"
    menu_order = 250
    inspect_view_enabled = True
    permission_helper_class = SignUpPermissionHelper
    index_view_class = listing.ListView
    inspect_view_class = one.OneView

    def get_menu_item(self, order=None):
        return SignUpMenuItem(self, order or self.get_menu_order())

    def get_admin_urls_for_registration(self):
        name = self.url_helper.get_action_url_name
        base = "programme/signup/"
        return [
            path(base, self.index_view, name=name("index")),
            path(
                f"{base}results/",
                self.index_view_class.as_view(model_admin=self, results_only=True),
                name="sign_ups_results",
            ),
            path(f"{base}inspect/<int:instance_pk>/", self.inspect_view, name=name("inspect")),
            path(f"{base}<int:pk>/move/", one.MoveView.as_view(), name="sign_up_move"),
            path(f"{base}<int:pk>/owner/", one.OwnerView.as_view(), name="sign_up_owner"),
            path(f"{base}<int:pk>/ask-again/", one.AskAgainView.as_view(), name="sign_up_ask"),
            path(f"{base}change/", several.ChangeView.as_view(), name="sign_ups_change"),
            path(f"{base}export/", export.ExportView.as_view(), name="sign_ups_export"),
            path(f"{base}find/", people.FindView.as_view(), name="sign_ups_find"),
            path(f"{base}download/", people.DownloadView.as_view(), name="sign_ups_download"),
            path(f"{base}erase/", people.EraseView.as_view(), name="sign_ups_erase"),
            path(f"{base}records/", records.RecordsView.as_view(), name="sign_ups_records"),
        ]

    def register_admin_url_finders(self):
        register_admin_url_finder(SignUp, SignUpURLFinder)

    def register_indexing(self):
        """What refers to pages and people here is not for those who edit them."""
