"""Tables that are made once on a machine."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

import numpy as np
import pytest

from dialogue.understanding.learned.tables import forget_rows, kept, kept_rows


@pytest.fixture
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "askonce"


class Maker:
    """Makes a table of a number, and counts how often."""

    def __init__(self, number: int) -> None:
        self.number, self.times = number, 0

    def __call__(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        self.times += 1
        return np.full((3, 4), self.number, dtype=np.int32)


def test_it_is_made_once_and_anew_where_what_it_is_made_of_changed(cache: pathlib.Path) -> None:
    first, second, other = Maker(1), Maker(2), Maker(3)
    assert kept("rows", ("1.0", "a"), first).tolist() == kept("rows", ("1.0", "a"), second).tolist() == [[1] * 4] * 3
    assert kept("rows", ("1.0a",), other)[0, 0] == 3, "parts are told apart"
    assert (first.times, second.times, other.times) == (1, 0, 1)
    assert cache.stat().st_mode & 0o777 == 0o700 and len(list(cache.iterdir())) == 2


def test_a_spoiled_file_is_made_anew(cache: pathlib.Path) -> None:
    kept("rows", (), Maker(1))
    (file,) = cache.iterdir()
    for spoiled in (b"", b"no table", file.read_bytes()[:-7]):
        file.write_bytes(spoiled)
        again = Maker(1)
        assert kept("rows", (), again)[2, 3] == 1 and again.times == 1


@pytest.mark.parametrize("kind", ["foreign", "none"])
def test_where_others_could_write_nothing_is_trusted(
    kind: str, cache: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "foreign":
        cache.mkdir(parents=True)
        kept("rows", (), Maker(9))
        cache.chmod(0o777)
    else:
        cache.parent.joinpath("a-file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent / "a-file"))
    made = Maker(1)
    assert kept("rows", (), made)[0, 0] == 1 and made.times == 1


def test_of_one_name_only_the_newest_stay(cache: pathlib.Path) -> None:
    kept("others", (), Maker(0))
    abandoned = cache / "x.part"
    abandoned.write_text("")
    os.utime(abandoned, (0, 0))
    for number in range(9):
        kept("rows", (str(number),), Maker(number))
    assert len(list(cache.glob("rows-*.npy"))) == 6 and len(list(cache.glob("others-*.npy"))) == 1
    assert not abandoned.exists()


def test_a_row_is_made_once_while_it_is_asked_for(cache: pathlib.Path) -> None:
    made: list[str] = []

    def make(texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        made.extend(texts)
        return np.array([[len(text), 7.0] for text in texts], dtype=np.float32)

    def lengths(*texts: str, version: str = "1") -> list[float]:
        return [float(row[0]) for row in kept_rows("asked", version, texts, make, 2)]

    assert lengths("a", "bbb", "a", "cc") == [1, 3, 1, 2] and sorted(made) == ["a", "bbb", "cc"]
    made.clear()
    assert lengths("cc", "dddd", "a") == [2, 4, 1] and made == ["dddd"]
    assert lengths("bbb") == [3] and made == ["dddd", "bbb"], "what was not asked for is not kept"
    assert lengths("bbb", version="2") == [3] and made == ["dddd", "bbb", "bbb"]
    (file,) = cache.glob("*-rows.npy")
    assert b"bbb" not in file.read_bytes()
    forget_rows()
    assert not list(cache.glob("*-rows.npy")) and lengths("bbb", version="2") == [3] and made[3:] == ["bbb"]
    assert kept_rows("asked", "1", (), make, 2).shape == (0, 2)
