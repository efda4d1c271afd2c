"""Forms that take a file: what the store can't keep is said in the form."""

import logging

from wagtail.images.forms import BaseImageForm

from .files import CAN_NOT_BE_KEPT

logger = logging.getLogger(__name__)


class UploadMixin:
    """Puts a good `file` into the store while the form is checked, not when it is saved.

    So a store that is full, slow or away is an error of the field, and what was
    there before stays. Goes before Wagtail's own form class.
    """

    def full_clean(self):
        before = {**vars(self.instance)}
        super().full_clean()
        if not self.is_bound or self.errors or "file" not in self.changed_data:
            return
        try:
            self.keep_upload()
        except OSError as error:
            logger.error("An upload could not be kept: %s", error)
            # Past the field's own setter, which would read the file from the store.
            vars(self.instance).update(before)
            self.add_error("file", CAN_NOT_BE_KEPT)

    def keep_upload(self) -> None:
        """Write the file. Raises OSError."""
        upload = self.cleaned_data["file"]
        self.instance._meta.get_field("file").pre_save(self.instance, add=False)
        # What follows, such as a digest, reads what is at hand, not the store.
        upload.seek(0)
        self.instance.file.file = upload


class ImageForm(UploadMixin, BaseImageForm):
    pass
