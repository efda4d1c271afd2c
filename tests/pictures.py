"""A picture is sized, and a first page drawn, once in a run for all files with the same content.

Factories make hundreds of files that are alike. What is made of them is real and made
by the code that goes live; only its second time is a copy. Files are opened and read
each time, so a store that fails is noticed.
"""

from contextlib import contextmanager
from functools import wraps
from io import BytesIO

import pytest
from django.core.files import File
from wagtail.images.models import Filter

from resources import files


@contextmanager
def made_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Filter, "run", _sized_once(Filter.run))
        patch.setattr(files, "first_page", _drawn_once(files.first_page))
        yield


def _sized_once(run):
    made = {}

    @wraps(run)
    def run_once(self, image, output, source=None):
        if source is None:
            with image.open_file() as file:
                source = File(BytesIO(file.read()), name=image.file.name)
        content = source.read()
        source.seek(0)
        key = (content, self.spec, self.get_cache_key(image))
        if key not in made:
            sized = run(self, image, output, source)
            sized.f.seek(0)
            made[key] = type(sized), sized.f.read()
            return sized
        kind, result = made[key]
        output.write(result)
        return kind(output)

    return run_once


def _drawn_once(first_page):
    drawn = {}

    @wraps(first_page)
    def first_page_once(file, extension):
        if extension != "pdf":  # a picture may be tried again with another limit of pixels
            return first_page(file, extension)
        file.seek(0)
        key = (file.read(), extension)
        if key not in drawn:
            drawn[key] = first_page(file, extension)
        file.seek(0)
        return drawn[key]

    return first_page_once
