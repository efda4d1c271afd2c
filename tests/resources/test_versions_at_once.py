"""Two people replace one file in the same second, on a database that serves both."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.factories import DocumentFactory, UserFactory
from tests.factories.files import picture

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="its test database serves one connection"
    ),
]


def test_of_two_who_replace_a_file_at_once_one_is_told_of_the_other():
    document = DocumentFactory()
    users = UserFactory.create_batch(2, is_superuser=True)
    start = Barrier(2)

    def replace(number):
        client = Client()
        client.force_login(users[number])
        new = SimpleUploadedFile(f"new-{number}.png", picture())
        values = {"title": "Poster", "began_with": 1, "collection": document.collection_id}
        start.wait(timeout=20)
        try:
            return client.post(f"/admin/documents/edit/{document.pk}/", {**values, "file": new})
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(replace, range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    refused = next(answer for answer in answers if answer.status_code == 200)
    assert "replaced the file on" in refused.content.decode()
    document.refresh_from_db()
    assert document.version == 2
    assert document.versions.count() == 1
