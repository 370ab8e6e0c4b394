"""Questions without an article, grouped by what they mean."""

from __future__ import annotations

import pathlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.history.erasure import erase
from bot.history.gaps import ALIKE, Gap, Group, by_meaning
from bot.store.accounts import Role
from dialogue.understanding.learned.encoder import encode
from tests.bot.console.conftest import Desk

DISCOUNT = (
    ("is there a student discount?", "en"), ("do students get a discount", "en"), ("gibt es studentenrabatt?", "de"),
    ("hacéis descuento a estudiantes?", "es"), ("هل يوجد خصم للطلاب؟", "ar"),
)  # fmt: skip
LAMPS = (
    ("do you restore old lamps?", "en"),
    ("can you restore an old lamp?", "en"),
    ("restauriert ihr alte lampen?", "de"),
)
OTHER = (("do you sell purple elephants?", "en"), ("is there a shop in Bergen?", "en"))
EVERY = (*DISCOUNT, *LAMPS, *OTHER)

asked = st.builds(
    lambda pair, chat, day: Gap(pair[0], f"c{chat}", f"2026-11-{day:02}T10:00:00.000Z", pair[1]),
    st.sampled_from(EVERY), st.integers(1, 6), st.integers(1, 28),
)  # fmt: skip


def test_languages_fall_together_and_other_things_stay_apart() -> None:
    gaps = [Gap(text, str(n), f"2026-11-{n + 1:02}", language) for n, (text, language) in enumerate(EVERY)]
    gaps += [
        Gap("is there a student discount?", "twice", "2026-11-20"),
        Gap("do you restore old lamps?", "0", "2026-11-21"),
    ]
    groups = by_meaning(gaps, encode)
    assert [(g.name, len(g.gaps)) for g in groups] == [
        ("is there a student discount?", 6),
        ("do you restore old lamps?", 4),
        ("do you sell purple elephants?", 1),
        ("is there a shop in Bergen?", 1),
    ]
    assert groups[0].languages == (("en", 3), ("ar", 1), ("de", 1), ("es", 1))
    assert (groups[0].since, groups[0].chats, groups[1].chats) == ("2026-11-01", 6, 4)


@settings(max_examples=40, deadline=None)
@given(gaps=st.lists(asked, max_size=30), mixed=st.randoms(use_true_random=False))
def test_counted_plainly_it_is_the_same_in_whatever_order_they_came(gaps: list[Gap], mixed: object) -> None:
    groups = by_meaning(gaps, encode)
    assert Counter(g for group in groups for g in group.gaps) == Counter(gaps), "each is in one group"
    shuffled = list(gaps)
    mixed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [(g.name, sorted(map(repr, g.gaps))) for g in by_meaning(shuffled, encode)] == [
        (g.name, sorted(map(repr, g.gaps))) for g in groups
    ]
    for group in groups:
        plainly(group)
    for one in groups:
        for other in groups:
            if one is not other:
                left, right = encode([one.name, other.name])
                assert float(left @ right) < ALIKE + 1e-4, "two groups are not about the same"


def plainly(group: Group) -> None:
    """A group's numbers once more, by loops."""
    often: dict[str, int] = {}
    chats: list[str] = []
    tongues: dict[str, int] = {}
    first = "9"
    for each in group.gaps:
        often[each.text] = often.get(each.text, 0) + 1
        tongues[each.language] = tongues.get(each.language, 0) + 1
        first = each.at if each.at < first else first
        if each.conversation not in chats:
            chats.append(each.conversation)
    assert often[group.name] == max(often.values())
    assert (group.chats, group.since, dict(group.languages)) == (len(chats), first, tongues)
    assert dict(group.by_count) == often and sum(often.values()) == len(group.gaps)


def test_nothing_asked_makes_no_group() -> None:
    assert by_meaning([], encode) == []


async def test_erasing_a_conversation_takes_away_what_was_read_of_questions(
    desk: Desk, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    id = await desk.chat("do you restore old lamps?")
    visitor = await desk.as_role(Role.VIEWER)
    assert "1 ×" in await visitor.get("/gaps")
    kept = list((tmp_path / "cache").rglob("*-rows.npy"))
    assert [file.name for file in kept] == ["gaps-rows.npy"]
    await erase(desk.bot.store, id)
    assert not list((tmp_path / "cache").rglob("*-rows.npy"))
