"""What the API adds to the editor's screens."""

from wagtail_modeladmin.options import modeladmin_register

from .admin_views import TokenAdmin

modeladmin_register(TokenAdmin)
