"""A program of its own: one picture, decoded and written anew to standard output, with a small one.

It runs apart from the bot because decoders have faults: here one can cost nothing but this process, which may take only
so much time and memory, opens no file and starts no process. What comes out holds pixels and nothing else: no place, no
camera, no comment, no second picture, no page that hides behind the first.

Input: standard input is a socket over which one open file is handed in, with the picture in it. Whoever started this
does so before the picture is there: what is to be loaded is loaded by then, and where the socket ends without a file,
so does this. Output: 4 bytes with the length of a JSON object `{type, large, small}` (sizes in bytes), the object, both
pictures. Where a picture is refused the object is `{refused}`, one of the codes of `bot.evidence.kinds.Refused`. It
imports nothing of the bot, so that it starts quickly and knows nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

#: Bytes of address space, and seconds of a processor.
MEMORY = 1_500_000_000
SECONDS = 8
#: The longest side of what is kept, and of the small one.
LARGE, SMALL = 4096, 320
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF", "AVIF")
#: What is drawn, not taken: its edges stay sharp.
_DRAWN = ("PNG", "GIF", "BMP")
#: A drawn picture over so many bytes is kept as JPEG.
_LARGEST_PNG = 6_000_000


class _No(Exception):
    """The picture is refused, with this code."""


def _fence() -> None:
    """No more time and memory than that, no file, no other process; and behind the chats in the queue."""
    with contextlib.suppress(OSError):
        os.nice(10)
    try:
        import resource
    except ImportError:  # not on this system
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def _load() -> None:
    """What decoders load only when they need it."""
    import copy

    from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, MpoImagePlugin, WebPImagePlugin

    assert copy and AvifImagePlugin and ImageCms and ImageOps and MpoImagePlugin and WebPImagePlugin
    Image.preinit()


def _shut(data: bytes) -> None:
    """What is decoded now opens no file any more; what its kind needs was loaded before."""
    if data[4:8] == b"ftyp":  # a telephone's; all others do without what takes long to load
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def drawn_anew(data: bytes, pixels: int) -> tuple[str, bytes, bytes]:
    """Type, picture and small picture. Raises `_No`."""
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > pixels:
                raise _No("pixels")
            kind = image.format or ""
            if kind in ("GIF", "PNG", "WEBP", "AVIF") and getattr(image, "n_frames", 1) > 1:
                raise _No("animated")
            if kind in ("JPEG", "MPO"):
                image.draft("RGB", (LARGE, LARGE))  # large ones are decoded smaller at once
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            upright = _srgb(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _No("pixels") from None
    except MemoryError:
        raise _No("pixels") from None
    except UnidentifiedImageError:
        raise _No("broken") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError, TypeError, RuntimeError):
        raise _No("broken") from None
    clear = "A" in upright.getbands()
    form = "RGBA" if clear else "RGB"
    plain = _fitted(upright if upright.mode == form else upright.convert(form), LARGE)
    small = _on_white(_fitted(plain, SMALL))
    if kind in _DRAWN or clear:
        large = _written(plain, "PNG")
        if len(large) <= _LARGEST_PNG:
            return "image/png", large, _written(small, "JPEG", quality=80)
    large = _written(_on_white(plain), "JPEG", quality=88)
    return "image/jpeg", large, _written(small, "JPEG", quality=80)


def _fitted(image: Picture, side: int) -> Picture:
    """The same, or a smaller one of its shape whose longest side is `side`."""
    from PIL import Image

    if (most := max(image.size)) <= side:
        return image
    wide, high = (max(1, round(length * side / most)) for length in image.size)
    return image.resize((wide, high), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _srgb(image: Picture) -> Picture:
    """Colours as every screen shows them; the profile goes with everything else that is no pixel."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")) or image
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode not in ("RGB", "RGBA") else image


def _on_white(image: Picture) -> Picture:
    from PIL import Image

    if image.mode != "RGBA":
        return image
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def _written(image: Picture, form: str, **options: Any) -> bytes:
    """Pixels alone: a copy without what the picture carried along."""
    out = io.BytesIO()
    image.info = {}
    image.save(out, form, **options)
    return out.getvalue()


def _handed() -> bytes | None:
    """What is in the file that comes over standard input; None where none comes any more."""
    import socket

    _load()
    wire = socket.socket(fileno=os.dup(0))
    _, files, _, _ = socket.recv_fds(wire, 1, 1)
    wire.close()
    if not files:
        return None
    with open(files[0], "rb") as file:
        return file.read()


def main() -> None:
    """`python picture.py <most pixels>`."""
    _fence()
    data = _handed()
    if data is None:
        return
    large, small = b"", b""
    told: dict[str, object]
    try:
        _shut(data)
        kind, large, small = drawn_anew(data, int(sys.argv[1]))
        told = {"type": kind, "large": len(large), "small": len(small)}
    except _No as no:
        told = {"refused": str(no)}
    except MemoryError:
        told = {"refused": "pixels"}
    head = json.dumps(told).encode()
    out = sys.stdout.buffer
    out.write(len(head).to_bytes(4, "big") + head + large + small)
    out.flush()


if __name__ == "__main__":
    main()
