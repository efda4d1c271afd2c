"""What an operator sees of the files that the site makes."""

from django.core.checks import Error

from cms.core.watching.examinations import examine

_HINT = "Run `pip install --require-hashes -r requirements.txt` where the site runs."


@examine("The makers of PDF, Word, OpenDocument and EPUB")
def _makers():
    # Who only answers readers needs no memory for these.
    import pypandoc

    from cms.core import typesetting

    try:
        pypandoc.get_pandoc_version()
    except OSError as error:
        yield Error(f"Pandoc is missing, so downloads can't be made: {error}", hint=_HINT)
    try:
        typesetting.try_out()
    except Exception as error:
        yield Error(f"Typst does not work, so PDFs can't be made: {error}", hint=_HINT)
