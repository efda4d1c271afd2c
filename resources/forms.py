"""The form by which staff upload and change documents."""

import os

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from wagtail.documents.forms import BaseDocumentForm
from wagtail.documents.widgets import AdminDocumentChooser

from cms.core.uploads import UploadMixin

from . import files, versions
from .models import Document


class DocumentForm(UploadMixin, BaseDocumentForm):
    """Takes files that can be read, and keeps what they replace.

    `save()` raises ValidationError when somebody has replaced the file in the
    meantime, and OSError when the store can't keep the new one; what was there
    is then as it was.
    """

    began_with = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta(BaseDocumentForm.Meta):
        widgets = {**BaseDocumentForm.Meta.widgets, "form_of": AdminDocumentChooser}

    def __init__(self, *args, **kwargs):
        self.user = kwargs.get("user")
        super().__init__(*args, **kwargs)
        upload = self.files.get(self.add_prefix("file"))
        self.upload_name = upload.name if upload else ""
        # Wagtail makes the document as soon as the file is there and asks for the
        # rest then: what has a default may come later.
        for name in ("kind", "language"):
            if name in self.fields:
                self.fields[name].required = False
        if "file" in self.fields:
            self.fields["file"].max_length = None  # a long name is shortened
        if "collection" in self.fields:
            self.fields[
                "collection"
            ].help_text = (
                "Left at “Root”, it goes to the collection of its kind: a poster to “Posters”."
            )
        if self.instance.pk:
            self.initial["began_with"] = self.instance.version
            self.initial["change_note"] = ""
        else:
            del self.fields["began_with"]
        if "file" not in self.fields or not self.instance.pk:
            self.fields.pop("change_note", None)

    def add_error(self, field, error):
        """Every sentence about a file names it: several may be on their way at once."""
        if field is None and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                self.add_error(name, errors)
            return
        if field == "file" and self.upload_name:
            error = [
                format_html("“{}”: {}", self.upload_name, message)
                for message in ValidationError(error).messages
            ]
        super().add_error(field, error)

    def clean_title(self):
        """A file's name is no title: it loses its ending."""
        title = self.cleaned_data["title"]
        return os.path.splitext(title)[0] if title == self.upload_name else title

    def clean_kind(self):
        return self.cleaned_data["kind"] or self.instance.kind

    def clean_language(self):
        return self.cleaned_data["language"] or self.instance.language

    def clean_file(self):
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            extension = file.name.rpartition(".")[2].lower()
            if extension not in settings.WAGTAILDOCS_EXTENSIONS:
                return file  # the model refuses it
            if not files.is_what_it_says(file, extension):
                raise ValidationError(
                    "This file is not what its name says. It ends in "
                    f"“.{extension}”, but its content is something else. Save it again from the "
                    "program that made it."
                )
            try:
                files.first_page(file, extension)
            except ValueError:
                raise ValidationError(
                    "This PDF can't be opened. It is damaged, locked by a password, or takes "
                    "too much work. Save it again without a password, or smaller."
                    if extension == "pdf"
                    else "This picture can't be opened. It is damaged, or has too many pixels. "
                    "Save it again, smaller."
                ) from None
            file.name = files.safe_name(file.name)
        return file

    def clean_change_note(self):
        note = self.cleaned_data["change_note"]
        return note if note or "file" in self.changed_data else self.instance.change_note

    def clean_form_of(self):
        other = self.cleaned_data["form_of"]
        if other and other.pk == self.instance.pk:
            raise ValidationError("A document can't be another form of itself. Choose another.")
        return other

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            try:
                versions.refuse_if_replaced(
                    Document.objects.get(pk=self.instance.pk), self._began_with
                )
            except ValidationError as error:
                self.refuse(error)
        return cleaned

    def refuse(self, error):
        """Show `error` beside the file, and let the next try begin with what is there now."""
        self.add_error("file" if "file" in self.fields else None, error)
        key = self.add_prefix("began_with")
        self.data = self.data.copy()
        self.data[key] = Document.objects.values_list("version", flat=True).get(pk=self.instance.pk)

    @property
    def _began_with(self):
        return self.cleaned_data.get("began_with") or self.instance.version

    def save(self, commit=True):
        replaced = "file" in self.changed_data
        if not commit or not self.instance.pk:
            return super().save(commit)
        with versions.all_or_nothing(self.instance):
            current = versions.lock(self.instance, self._began_with)
            if replaced:
                versions.move_on(self.instance, current, by=self.user)
                self.original_file = None  # Wagtail would delete what is now a version's
            return super().save()

    def keep_upload(self):
        self.instance.read_file()
        super().keep_upload()
