"""From Rasa, which trains, to the bot, which runs: the heads of a model, taken out and put where the bot reads them."""

from __future__ import annotations

import io
import os
import pathlib
import tarfile
import zipfile

import numpy as np
from numpy.typing import NDArray

from bot.operations.rasa_service import RasaError
from dialogue.understanding.learned import heads

#: What reading something else as a file of heads ends in.
_NONE = (ValueError, KeyError, EOFError, zipfile.BadZipFile)


def heads_in(model: pathlib.Path) -> bytes:
    """The file of heads in a model's archive. Raises `RasaError` where the archive holds none, or several."""
    try:
        with tarfile.open(model) as archive:
            found = [m for m in archive.getmembers() if m.isfile() and pathlib.PurePath(m.name).name == heads.FILE.name]
            if len(found) == 1 and (file := archive.extractfile(found[0])) is not None:
                return file.read()
    except (OSError, tarfile.TarError) as error:
        raise RasaError(f"{model} cannot be read as a model of Rasa's ({error})") from error
    raise RasaError(
        f"{model} holds {len(found) or 'no'} files {heads.FILE.name}; config.yml must name heads_component.Heads once"
    )


def hand_over(model: pathlib.Path, target: pathlib.Path = heads.FILE) -> bool:
    """Put the heads of `model` into `target`, whole or not at all; False where the same numbers stood there already, in
    which case the file is left alone. Raises `RasaError`."""
    new = heads_in(model)
    if target.exists() and _same(new, target.read_bytes()):
        return False
    making = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _arrays(new)
        making.write_bytes(new)
        heads.read(making)  # nothing takes the old one's place that the bot could not run
        making.replace(target)
    except (OSError, *_NONE) as error:
        raise RasaError(f"what was trained could not be put into {target} ({error})") from error
    finally:
        making.unlink(missing_ok=True)
    return True


def _same(one: bytes, other: bytes) -> bool:
    """Whether two files hold the same arrays, however they were packed."""
    try:
        a, b = _arrays(one), _arrays(other)
    except _NONE:
        return False
    return a.keys() == b.keys() and all(
        a[name].dtype == b[name].dtype and np.array_equal(a[name], b[name]) for name in a
    )


def _arrays(packed: bytes) -> dict[str, NDArray[np.generic]]:
    with np.load(io.BytesIO(packed), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
