"""The first page of a PDF, read in a process of its own: `python -m resources.pdf_reader`.

A file of a megabyte can ask for gigabytes, or for hours. So the process has no more than
`MEMORY`, and its caller ends it in time. It reads the PDF from standard input, and writes
the number of pages, as eight bytes, and a WebP picture.
"""

import resource
import sys

import pypdfium2

from resources.files import THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, webp

MEMORY = 1024**3  # bytes


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        with pypdfium2.PdfDocument(sys.stdin.buffer.read()) as pdf:
            page = pdf[0]
            width, height = page.get_size()
            scale = min(THUMBNAIL_HEIGHT / max(height, 1), THUMBNAIL_WIDTH / max(width, 1), 4)
            picture = webp(page.render(scale=scale).to_pil())
            sys.stdout.buffer.write(len(pdf).to_bytes(8) + picture)
    except (pypdfium2.PdfiumError, IndexError, MemoryError) as error:
        sys.stderr.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
