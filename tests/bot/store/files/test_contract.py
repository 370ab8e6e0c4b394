"""What every place in which contents may lie holds to (`bot.store.files.contents`): a folder, and a bucket."""

from __future__ import annotations

import hashlib

import pytest

from bot.store.files.contents import Contents, hash_of


def test_a_content_is_kept_once_by_its_hash(contents: Contents) -> None:
    hash = contents.put(b"lid")
    assert hash == contents.put(b"lid") == hashlib.sha256(b"lid").hexdigest()
    assert contents.read(hash) == b"lid" and contents.holds(hash) and list(contents.contents()) == [hash]


def test_what_is_not_there_is_missing(contents: Contents) -> None:
    hash = hash_of(b"lid")
    assert not contents.holds(hash) and contents.take(hash) is None and not list(contents.contents())
    with pytest.raises(FileNotFoundError):
        contents.read(hash)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_what_is_no_hash_is_not_looked_for(contents: Contents, name: str) -> None:
    for deed in (contents.read, contents.holds, contents.take):
        with pytest.raises(ValueError, match="not the hash"):
            deed(name)


def test_what_is_taken_is_put_back_or_dropped(contents: Contents) -> None:
    hash = contents.put(b"lid")
    taken = contents.take(hash)
    assert taken is not None and not contents.holds(hash) and not list(contents.contents())
    assert list(contents.taken()) == [taken] and contents.take(hash) is None
    contents.put_back(taken)
    assert contents.read(hash) == b"lid" and not list(contents.taken())
    again = contents.take(hash)
    assert again is not None and again != taken
    contents.drop(again)
    contents.put_back(again)  # settled by another before
    contents.drop(again)
    assert not contents.holds(hash) and not list(contents.taken())


def test_of_two_who_take_the_same_neither_has_the_others(contents: Contents) -> None:
    hash = contents.put(b"lid")
    first = contents.take(hash)
    contents.put(b"lid")
    second = contents.take(hash)
    assert first is not None and second is not None
    contents.drop(first)
    contents.put_back(second)
    assert contents.read(hash) == b"lid"


def test_old_is_what_was_not_put_for_a_while(contents: Contents) -> None:
    hash = contents.put(b"lid")
    assert list(contents.contents(older_than=-3600)) == [hash]
    assert not list(contents.contents(older_than=3600))


def test_an_upload_grows_at_its_end_alone(contents: Contents) -> None:
    assert contents.received("c:1") == 0
    assert contents.append("c:1", 0, b"one") == 3
    assert contents.append("c:1", 0, b"one") == 3, "a piece that came twice"
    assert contents.append("c:1", 9, b"gap") == 3
    assert contents.append("c:1", 3, b"") == 3
    assert contents.append("c:1", 3, b" two") == 7 == contents.received("c:1")
    assert contents.append("c:2", 0, b"other") == 5
    assert contents.gathered("c:1").read_bytes() == b"one two"
    assert not list(contents.contents())
    contents.forget("c:1")
    contents.forget("c:1")
    assert contents.received("c:1") == 0 and contents.received("c:2") == 5


def test_more_pieces_than_digits_sort_by_where_they_belong(contents: Contents) -> None:
    whole = b"".join(bytes([n]) * 7 for n in range(12))
    for n in range(12):
        assert contents.append("c:1", n * 7, whole[n * 7 : n * 7 + 7]) == n * 7 + 7
    assert contents.gathered("c:1").read_bytes() == whole


def test_uploads_that_nobody_goes_on_with_are_forgotten(contents: Contents) -> None:
    hash = contents.put(b"lid")
    contents.append("c:1", 0, b"one")
    assert contents.forget_uploads(3600) == 0 and contents.received("c:1") == 3
    assert contents.forget_uploads(-3600) == 1 and contents.received("c:1") == 0
    assert contents.holds(hash)


def test_it_can_be_tried_and_leaves_nothing(contents: Contents) -> None:
    contents.try_it()
    assert not list(contents.contents()) and not list(contents.taken()) and contents.place
