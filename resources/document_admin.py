"""The editor's screens for documents: Wagtail's own, with versions and where a document is shown.

They stand at Wagtail's own addresses, before Wagtail's: see `resources.wagtail_hooks`.
"""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, UsageCountColumn
from wagtail.admin.views import generic
from wagtail.documents.views import documents, multiple

from cms.core.files import CAN_NOT_BE_KEPT

from . import usage, versions
from .models import Document, DocumentVersion

logger = logging.getLogger(__name__)


class _StoredOrSaid:
    """A form that could not be saved comes back with a sentence, and nothing is lost."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ValidationError as error:
            form.refuse(error)
        except OSError:
            logger.exception("A document's file could not be stored")
            form.add_error("file", CAN_NOT_BE_KEPT)
        self.produced_error_message = self.get_error_message()
        return self.form_invalid(form)


class CreateView(_StoredOrSaid, documents.CreateView):
    pass


class EditView(_StoredOrSaid, documents.EditView):
    template_name = "resources/admin/document_edit.html"

    def form_invalid(self, form):
        # The form has put the new values on the object; the screen shows what is there.
        self.object = self.get_object()
        return super().form_invalid(form)


class AddMultipleView(multiple.AddView):
    def post(self, request):
        try:
            with transaction.atomic():
                return super().post(request)
        except OSError:
            logger.exception("A document's file could not be stored")
            name = request.FILES["files[]"].name
            sentence = format_html("“{}”: {}", name, CAN_NOT_BE_KEPT)
            return JsonResponse({"success": False, "error_message": sentence})


class DocumentFilterSet(documents.DocumentsFilterSet):
    usage_count = None  # Wagtail's counts no shelves

    class Meta(documents.DocumentsFilterSet.Meta):
        fields = ["kind", "language"]


class IndexView(documents.IndexView):
    filterset_class = DocumentFilterSet

    @cached_property
    def columns(self):
        columns = super().columns
        columns[3:3] = [
            Column("kind", accessor="get_kind_display", sort_key="kind"),
            Column("language", accessor="get_language_display", sort_key="language"),
        ]
        columns[-1] = UsageCountColumn("usage_count", label="Usage", width="16%")
        return columns

    def decorate_paginated_queryset(self, object_list):
        listed = list(object_list)
        counts = usage.counts(listed)
        for document in listed:
            document.usage_count = counts[document.pk]
        return listed


class UsageView(documents.UsageView):
    """Wagtail's list, with the pages that show the document by its collection or its forms."""

    def get_queryset(self):
        return self.object.get_usage()

    @cached_property
    def columns(self):
        name, kind, *_ = super().columns
        return [
            name,
            kind,
            Column("status", label="Status", accessor="status"),
            usage.PlacesColumn("places", label="Where", accessor="places"),
        ]

    def get_table(self, object_list, **kwargs):
        table = super().get_table(object_list, **kwargs)
        usage.describe(table.data, self.object)
        return table


class _OneDocument(generic.PermissionCheckedMixin, generic.BaseObjectMixin):
    """For those who may change the document."""

    model = Document
    pk_url_kwarg = "document_id"
    permission_required = "change"

    def user_has_permission(self, permission):
        return self.user_has_permission_for_instance(permission, self.object)


class VersionsView(_OneDocument, generic.WagtailAdminTemplateMixin, TemplateView):
    """Every file that a document has had."""

    template_name = "resources/admin/document_versions.html"
    page_title = "Versions"
    header_icon = "history"

    def get_page_subtitle(self):
        return self.object.title

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtaildocs:index"), "label": "Documents"},
            {"url": reverse("wagtaildocs:edit", args=[self.pk]), "label": self.object.title},
            {"url": "", "label": self.get_page_title(), "sublabel": self.object.title},
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"document": self.object, "versions": versions.history(self.object)}


class MakeLatestView(VersionsView):
    """Asks first, then makes an old version the latest again."""

    template_name = "resources/admin/document_make_latest.html"
    page_title = "Make this the latest"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        chosen = [row for row in context["versions"] if row.number == self.kwargs["number"]]
        if not chosen or chosen[0].number == self.object.version:
            raise Http404
        return context | {"chosen": chosen[0]}

    def post(self, request, document_id, number):
        began_with = request.POST.get("began_with", "")
        try:
            versions.make_latest(
                self.object,
                number,
                by=request.user,
                began_with=int(began_with) if began_with.isdecimal() else None,
            )
        except DocumentVersion.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            messages.error(request, error.messages[0])
        except OSError:
            logger.exception("A version's file could not be read")
            messages.error(
                request, f"The file of version {number} can't be read. Nothing has changed."
            )
        else:
            messages.success(request, f"Version {number} is the latest again.")
        return redirect("document_versions", document_id)
