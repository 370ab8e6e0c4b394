"""What a person names as the sources of an import, opened: each is an address, a folder or a file, and its content says
what it is."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.operations.importing.fetching import Fetcher
from bot.operations.importing.files import exported, kind_of_text, piece_of, read_folder, read_text
from bot.operations.importing.helpdesk_exports import KINDS, read_json
from bot.operations.importing.pieces import ImportFault, Left, Piece
from bot.operations.importing.sites import Site, listed_in

#: What `--as` can say.
FORCED = (*KINDS, "markdown", "html", "sitemap")


@dataclass(frozen=True)
class Wanted:
    """`forced` is one of `FORCED`, None where the content says the kind; `most` pages at most are fetched or read."""

    sources: Sequence[str]
    forced: str | None = None
    most: int = 500


def gathered(wanted: Wanted, fetcher: Fetcher, step: Callable[[], None]) -> Iterator[Piece | Left]:
    """Every piece of all sources; `step` is called as each begins to be read. Raises `ImportFault` for a source that
    is not there."""
    site = Site(fetcher, most=wanted.most, step=step, forced=wanted.forced)
    for source in wanted.sources:
        for taken, one in enumerate(_of(source, wanted, site, step), 1):
            if taken > wanted.most and isinstance(one, Piece):
                yield Left(one.source, "too many", f"more than {wanted.most} pages; --most allows more")
            else:
                yield one


def _of(source: str, wanted: Wanted, site: Site, step: Callable[[], None]) -> Iterator[Piece | Left]:
    if source.startswith(("http://", "https://")):
        yield from site.read(source)
        return
    path = pathlib.Path(source)
    if path.is_dir():
        yield from read_folder(path, wanted.forced, step)
    elif path.is_file():
        step()
        yield from _file(path, wanted.forced, site)
    else:
        raise ImportFault(
            f"{source}: there is no such file or folder; an address begins with https:// or http://"
            if "://" not in source
            else f"{source}: only http:// and https:// addresses are fetched"
        )


def _file(path: pathlib.Path, forced: str | None, site: Site) -> Iterator[Piece | Left]:
    try:
        text = read_text(path, str(path))
        kind = forced or kind_of_text(text, path.name.lower())
        if kind == "json" or kind in KINDS:
            yield from exported([(str(path), read_json(text, str(path)))], forced)
        elif kind == "sitemap":
            yield from site.read_sitemap(path.read_bytes(), str(path))
        elif kind == "addresses":
            yield from site.read_listed(listed_in(text))
        else:
            yield piece_of(text, str(path), pathlib.PurePath(path.name), html=kind == "html")
    except ImportFault as error:
        yield Left(str(path), "cannot be read", str(error).removeprefix(str(path)).strip(": "))
