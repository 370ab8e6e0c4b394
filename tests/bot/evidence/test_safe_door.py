"""What files are, by their content; what is left of pictures; what becomes of hostile ones. The decoder is the real
one, in its own process."""

from __future__ import annotations

import asyncio
import io
import pathlib
import sys
import time

import psutil
import pytest
from PIL import Image

from bot.evidence import picture as program
from bot.evidence.kinds import Refused, clean_name, kind_of
from bot.evidence.redrawing import Redrawing
from tests.bot.evidence.hostile import HOSTILE, heic, located, picture
from tests.patience import until


async def taken(content: bytes, folder: pathlib.Path, **options: object) -> tuple[str, bytes, bytes | None]:
    """What the door makes of a file. Raises `Refused`."""
    kind = kind_of(content)
    if not kind.startswith("image/"):
        return kind, content, None
    source = folder / "upload"
    source.write_bytes(content)
    drawn = await Redrawing(megapixels=50, **options).draw(source)  # type: ignore[arg-type]
    return drawn.type, drawn.content, drawn.small


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_a_hostile_file_changes_nothing_and_is_refused_for_what_it_is(name: str, tmp_path: pathlib.Path) -> None:
    content, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        await taken(content, tmp_path)
    assert refused.value.code == code


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIC"])
async def test_a_picture_is_written_anew_with_a_small_one(form: str, tmp_path: pathlib.Path) -> None:
    content = heic() if form == "HEIC" else picture(form)
    kind, large, small = await taken(content, tmp_path)
    assert kind == ("image/png" if form in ("PNG", "GIF", "BMP") else "image/jpeg")
    with Image.open(io.BytesIO(large)) as image, Image.open(io.BytesIO(small or b"")) as little:
        assert image.format == kind.removeprefix("image/").upper() and little.format == "JPEG"
        assert max(little.size) == program.SMALL


async def test_place_camera_and_comment_are_gone_and_the_picture_stands_upright(tmp_path: pathlib.Path) -> None:
    source = located()
    assert b"secret comment" in source and b"CameraMaker" in source
    for form in (source, heic()):
        _, large, small = await taken(form, tmp_path)
        for made in (large, small or b""):
            with Image.open(io.BytesIO(made)) as image:
                assert not dict(image.getexif()) and not {"comment", "icc_profile", "exif", "xmp"} & set(image.info)
            assert not any(word in made for word in (b"secret", b"CameraMaker", b"4242", b"Exif"))
    with Image.open(io.BytesIO((await taken(source, tmp_path))[1])) as image:
        assert image.size == (480, 640)


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04evil", b"%PDF-1.7 evil", b"MZ evil"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF"])
async def test_nothing_that_hides_behind_a_picture_comes_through(
    form: str, tail: bytes, tmp_path: pathlib.Path
) -> None:
    _, large, _ = await taken(picture(form) + tail, tmp_path)
    assert tail not in large and b"evil" not in large


async def test_documents_are_kept_to_the_letter(tmp_path: pathlib.Path) -> None:
    for kind, content in (("application/pdf", b"%PDF-1.7\n..."), ("text/plain", "Fehler: größer <3\n".encode())):
        assert await taken(content, tmp_path) == (kind, content, None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"), ("..\\..\\boot.ini", "boot.jpg"), ("lamp.heic", "lamp.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.jpg"), ("a\x00b\nc.png", "abc.jpg"), ("", "file.jpg"), ("...", "file.jpg"),
        ("صورة.png", "صورة.jpg"), ('a"b<c>|d?.jpg', "a-b-c--d-.jpg"), ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
    ],
)  # fmt: skip
def test_names_lose_what_could_mislead(given: str, kept: str) -> None:
    assert clean_name(given, "image/jpeg") == kept


def test_a_card_number_in_a_name_is_masked() -> None:
    """R17."""
    assert "4242" not in clean_name("card 4242 4242 4242 4242.jpg", "image/jpeg")


async def test_a_decoder_that_hangs_is_ended_and_one_that_dies_costs_nothing(tmp_path: pathlib.Path) -> None:
    began = time.monotonic()
    hangs = lambda pixels: [sys.executable, "-c", "import time; time.sleep(60)"]  # noqa: E731
    with pytest.raises(Refused, match="late"):
        await taken(picture(), tmp_path, seconds=0.5, command=hangs)
    assert time.monotonic() - began < 10
    for code in ("import os; os.abort()", "print('x' * 10)", "import sys; sys.stdout.write('\\x00' * 50_000_000)"):
        with pytest.raises(Refused, match="broken"):
            await taken(picture(), tmp_path, command=lambda pixels, code=code: [sys.executable, "-c", code])


async def test_the_decoder_can_open_no_file_write_none_and_take_no_more_memory(tmp_path: pathlib.Path) -> None:
    """The very fence of the program, before other deeds."""
    fence = f"import importlib.util as u; s = u.spec_from_file_location('p', {program.__file__!r}); "
    fence += "m = u.module_from_spec(s); s.loader.exec_module(m); m._fence(); "
    written = f"f = open({str(tmp_path / 'x')!r}, 'wb', 0); f.write(b'x')"
    opened = "m._shut(b''); open('/etc/hostname')"
    for deed in (written, "x = b'x' * 3_000_000_000", opened):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", fence + deed, stderr=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() != 0
    assert not (tmp_path / "x").exists() or not (tmp_path / "x").read_bytes()


async def test_a_process_that_was_announced_draws_one_picture_and_the_next_is_drawn_by_another(
    tmp_path: pathlib.Path,
) -> None:
    started: list[int] = []

    def command(pixels: int) -> list[str]:
        started.append(pixels)
        return [sys.executable, "-I", program.__file__, str(pixels)]

    source, redrawing = tmp_path / "upload", Redrawing(megapixels=50, command=command)
    source.write_bytes(picture())
    await asyncio.gather(*(redrawing.announce() for _ in range(5)))
    assert len(started) == 2, "no more than may draw at once"
    first, second, third = [await redrawing.draw(source) for _ in range(3)]
    assert first == second == third and len(started) == 3
    await redrawing.close()


async def test_a_process_that_waits_ends_by_itself_with_the_bot_and_when_its_picture_does_not_come(
    tmp_path: pathlib.Path,
) -> None:
    source = tmp_path / "upload"
    source.write_bytes(picture())
    for idle in (0.0, 60.0):
        redrawing = Redrawing(megapixels=50, idle=idle)
        before = set(psutil.Process().children())
        await redrawing.announce()
        (process,) = set(psutil.Process().children()) - before
        if idle:
            await redrawing.close()
        await until(lambda process=process: not process.is_running() or process.status() == "zombie")
        assert (await redrawing.draw(source)).type == "image/jpeg"
        await redrawing.close()


async def test_one_that_somebody_ended_meanwhile_keeps_no_picture_from_being_drawn(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(picture())
    redrawing = Redrawing(megapixels=50)
    before = set(psutil.Process().children())
    await redrawing.announce()
    (process,) = set(psutil.Process().children()) - before
    process.kill()
    await until(lambda: not process.is_running() or process.status() == "zombie")
    assert (await redrawing.draw(source)).type == "image/jpeg"
    await redrawing.close()
