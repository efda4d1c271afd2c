"""A picture's file without what it says beside the picture: where it was taken, by whom, with what.

The file is not decoded and made anew, which takes long: the parts that hold such
things are left out, and the picture is byte for byte as it was uploaded.
"""

from io import BytesIO
from struct import pack, unpack

from PIL import Image as Pillow

_TELLS_HOW_IT_LOOKS = {  # of PNG, beside the picture itself
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP",
}  # fmt: skip
_UPRIGHT = 1


class UnreadableError(ValueError):
    """The file is broken, or of a kind that is not known here."""


def without_metadata(content: bytes) -> bytes:
    """The same picture and its colours, and nothing else. Raises UnreadableError."""
    try:
        with Pillow.open(BytesIO(content)) as picture:
            strip = {"JPEG": _jpeg, "MPO": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif,
                     "AVIF": _avif}[picture.format]  # fmt: skip
            return strip(content, picture)
    except Exception as error:  # whatever a broken file makes of its readers
        raise UnreadableError(repr(error)) from error


def _jpeg(content, picture):
    """Without comments and applications' parts, but for colours; up to the end of the picture."""
    kept, at = [content[:2]], 2
    which_side_is_up = picture.getexif().get(0x0112, _UPRIGHT)
    if which_side_is_up != _UPRIGHT:
        exif = Pillow.Exif()
        exif[0x0112] = which_side_is_up
        part = exif.tobytes()
        kept.append(b"\xff\xe1" + pack(">H", len(part) + 2) + part)
    while content[at : at + 2] != b"\xff\xd9":
        marker, length = content[at + 1], unpack(">H", content[at + 2 : at + 4])[0]
        if content[at] != 0xFF:
            raise UnreadableError("No part of a JPEG begins here.")
        end = at + 2 + length
        if marker == 0xDA:  # the picture itself follows: up to the next real marker
            end = content.index(b"\xff", end)
            while content[end + 1] == 0 or 0xD0 <= content[end + 1] <= 0xD7:
                end = content.index(b"\xff", end + 2)
        part = content[at:end]
        is_application = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_application or part[4:9] in (b"JFIF\0", b"Adobe") or part[4:15] == b"ICC_PROFILE":
            kept.append(part)
        at = end
        while content[at : at + 2] == b"\xff\xff":  # filling
            at += 1
    return b"".join([*kept, b"\xff\xd9"])


def _png(content, picture):
    kept, at = [content[:8]], 8
    while at < len(content):
        length, kind = unpack(">I", content[at : at + 4])[0], content[at + 4 : at + 8]
        part = content[at : at + 12 + length]
        if kind[:1].isupper() or kind in _TELLS_HOW_IT_LOOKS:
            kept.append(part)
        if kind == b"IEND":
            break
        at += 12 + length
    return b"".join(kept)


def _webp(content, picture):
    kept, at = [], 12
    while at + 8 <= len(content):
        kind, length = content[at : at + 4], unpack("<I", content[at + 4 : at + 8])[0]
        part = content[at : at + 8 + length + length % 2]
        if kind == b"VP8X":
            # It says which parts there are; EXIF and XMP are no more.
            part = part[:8] + bytes([part[8] & ~0x0C]) + part[9:]
        if kind in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            kept.append(part)
        at += len(part)
    parts = b"".join(kept)
    return b"RIFF" + pack("<I", len(parts) + 4) + b"WEBP" + parts


def _gif(content, picture):
    """Its first picture only: what moves by itself disturbs, and can't be stopped."""
    at = 13 + _table(content[10])
    kept = [content[:at]]
    while content[at] == 0x21:
        end = _blocks(content, at + 2)
        if content[at + 1] == 0xF9:  # what is transparent
            kept.append(content[at:end])
        at = end
    if content[at] != 0x2C:
        raise UnreadableError("There is no picture in this GIF.")
    end = _blocks(content, at + 11 + _table(content[at + 9]))
    return b"".join([*kept, content[at:end], b"\x3b"])


def _table(flags):
    """The bytes of a table of colours."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(content, at):
    """Where a run of blocks ends, the last of which is empty."""
    while content[at]:
        at += 1 + content[at]
    return at + 1


def _avif(content, picture):
    """The parts stay in their places, as others count on them, and say nothing."""
    for name, nothing in (("exif", b"II*\0\x08\0\0\0"), ("xmp", b"")):
        told = picture.info.get(name, b"").removeprefix(b"Exif\0\0")
        if told not in content:
            raise UnreadableError("It is not seen where this AVIF keeps what it says of itself.")
        if told:
            content = content.replace(told, nothing.ljust(len(told), b"\0"))
    return content
