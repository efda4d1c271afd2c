"""Uploads in a bucket: Amazon S3, or any store that speaks its protocol."""

from contextlib import contextmanager

import urllib3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from .files import StoreError

SIGNED_FOR = 300  # seconds
# A page or an editor waits for the store this long at most: twice, as it is asked again once.
CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 2, 5, 2


@contextmanager
def _store_errors():
    """The library's errors as one of ours, which is an OSError as a disk's is."""
    try:
        yield
    except (
        BotoCoreError, Boto3Error, ClientError, ResponseParserError, RetriesExceededError,
    ) as error:  # fmt: skip
        raise StoreError(str(error)) from error


class BucketStorage(S3Storage):
    """Files are public at our own address or not at all: the bucket's is never shown.

    Every method raises StoreError when the bucket fails, and FileNotFoundError
    when the file is not there.
    """

    def get_default_settings(self):
        return {
            **super().get_default_settings(),
            "file_overwrite": False,
            "max_memory_size": 2 * 1024 * 1024,  # of a file that is open; the rest is on disk
            "client_config": Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                signature_version="s3v4",
                # Stores other than Amazon's know no newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def url(self, name, parameters=None, expire=None, http_method=None):
        return settings.MEDIA_URL + filepath_to_uri(name)

    def signed_url(self, name, *, filename: str, content_type: str, method: str = "GET") -> str:
        """The bucket's own address of a private file, good for a few minutes."""
        parameters = {
            "ResponseContentDisposition": content_disposition_header(True, filename),
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, no-store",
        }
        with _store_errors():
            return super().url(name, parameters, expire=SIGNED_FOR, http_method=method)

    def object(self, name):
        """The file as boto3 knows it, with its `content_length`; nothing is read yet."""
        with _store_errors():
            found = super()._open(name, "rb").obj
            if not found.e_tag:
                # A proxy's page, say. A name would be looked for that it does not know, for ever.
                raise StoreError("What answers is no store of files.")
            return found

    def read(self, found, start: int, length: int):
        """An open stream of some bytes of what `object` found."""
        with _store_errors():
            return found.get(Range=f"bytes={start}-{start + length - 1}")["Body"]

    def is_open(self, name: str) -> bool:
        """Whether the bucket gives a file to anyone who knows its address."""
        signed = self.signed_url(name, filename=name, content_type="text/plain", method="HEAD")
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
        try:
            answer = urllib3.request(
                "HEAD", signed.partition("?")[0], timeout=timeout, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise StoreError(str(error)) from error
        return answer.status < 300

    def look(self) -> None:
        """Ask whether the bucket is there, and lets us list it."""
        with _store_errors():
            self._client.list_objects_v2(Bucket=self.bucket_name, MaxKeys=1)

    @cached_property
    def _client(self):
        # One for all threads, which clients are made for: resources are not, and cost more.
        return self.connection.meta.client

    def _open(self, name, mode="rb"):
        with _store_errors():
            file = super()._open(name, mode)
            if "r" in mode:
                file.open()  # now, where a failure is told as one, rather than at the first read
            return file

    def _save(self, name, content):
        size = content.size
        with _store_errors():
            saved = super()._save(name, content)
        try:
            kept = self.object(saved).content_length
        except FileNotFoundError:
            kept = None
        if kept != size:
            raise StoreError("The store took a file, and does not have it.")
        return saved

    def delete(self, name):
        with _store_errors():
            super().delete(name)

    def exists(self, name):
        try:
            return bool(self.object(name))
        except FileNotFoundError:
            return False

    def size(self, name):
        with _store_errors():
            return super().size(name)

    def listdir(self, name):
        with _store_errors():
            return super().listdir(name)

    def get_modified_time(self, name):
        with _store_errors():
            return super().get_modified_time(name)
