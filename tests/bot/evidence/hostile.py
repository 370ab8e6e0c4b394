"""Files that mean harm, or are broken, made here so that none lies in the repository; and a few good ones."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), colour: str = "teal", **options: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()


def located() -> bytes:
    """A photo as a telephone takes it: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x010E] = 6, "CameraMaker", "4242 4242 4242 4242"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return picture(exif=exif, comment=b"my secret comment")


def heic() -> bytes:
    """What an iPhone takes."""
    from pillow_heif import from_pillow

    out = io.BytesIO()
    from_pillow(Image.new("RGB", (400, 300), "tan")).save(out)
    return out.getvalue()


def animated(form: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
#: name -> what comes, what it is refused as.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing.jpg": (b"", "empty"),
    "drawing.svg": (SVG, "kind"),
    "drawing.png": (b'<?xml version="1.0"?>' + SVG, "kind"),
    "spaced.txt": (b"\n\n   " + SVG, "kind"),
    "page.jpg": (b"<!doctype html><script>alert(1)</script>", "kind"),
    "tail.txt": (b"hello\n<script>alert(1)</script>", "kind"),
    "program.jpg": (b"MZ" + b"\x00" * 200, "kind"),
    "program.txt": (b"\x7fELF" + b"\x02" * 200, "kind"),
    "archive.pdf": (b"PK\x03\x04" + b"\x00" * 200, "kind"),
    "moving.gif": (animated("GIF"), "animated"),
    "moving.png": (animated("PNG"), "animated"),
    "moving.webp": (animated("WEBP"), "animated"),
    "bomb.png": (bomb(50_000, 50_000), "pixels"),
    "hundred.png": (bomb(10_000, 10_000), "pixels"),
    "lying.png": (bomb(5_000, 5_000), "broken"),  # far fewer rows than it says
    "cut.jpg": (picture(size=(1200, 900), quality=95)[:4_000], "broken"),
    "cut.png": (picture("PNG", (1200, 900))[:-60], "broken"),
    "head only.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 40, "broken"),
    "noise.jpg": (bytes(range(256)) * 20, "kind"),
    "latin.txt": (b"caf\xe9 \xff", "kind"),
}
