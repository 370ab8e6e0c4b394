"""Rasa trains, the bot runs: a Rasa that serves the model and the bot that runs the heads of that model weigh alike, and
the heads in the tree are the ones that training gives."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.operations.rasa_service import RasaService
from bot.operations.trained_heads import heads_in
from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.learned.heads import ANSWER, INTENT, Heads, heads, read
from dialogue.understanding.learned.lines import answer_lines, intent_lines
from dialogue.understanding.learned.ngrams import features
from tests.conftest import ROOT

pytestmark = pytest.mark.rasa

#: How far a confidence may be from the other's; and how near nearly all are. The two run different builds of numpy, which
#: sum 32-bit numbers in different orders: within one build they are the same bits.
FAR, NEAR, NEARLY_ALL = 1e-5, 1e-6, 0.99
#: The share of the lines on which heads trained anew agree with those in the tree: a processor of another kind sums in
#: another order, and lines on a border fall to its other side.
AGREE = 0.995
FILES = ROOT.parent / "shared" / "data"


@pytest.fixture
def trained(rasa_url: str, tmp_path: pathlib.Path) -> Heads:
    """The heads in the model that the Rasa at `rasa_url` serves."""
    file = tmp_path / "trained.npz"
    file.write_bytes(heads_in(RasaService(ROOT, say=lambda _: None).model))
    return read(file)


@dataclass
class Compared:
    """How far the two are apart, text by text; and on how many they name another intent first. Figures alone: the texts
    may be people's, and a test that fails prints what it holds."""

    apart: list[float] = field(default_factory=list)
    another_first: int = 0

    def add(self, reply: dict[str, Any], ours: dict[str, float]) -> None:
        theirs = {i["name"]: i["confidence"] for i in reply["intent_ranking"]}
        first = reply["intent"]["name"]
        self.apart.append(max(abs(theirs.get(name, 2.0) - p) for name, p in ours.items()))
        self.another_first += ours[first] < max(ours.values()) - 2 * FAR

    def check(self, asked: int) -> None:
        assert (len(self.apart), self.another_first) == (asked, 0)
        assert max(self.apart) <= FAR
        assert sum(far <= NEAR for far in self.apart) >= NEARLY_ALL * asked


async def compare(url: str, own: Heads, texts: Sequence[str]) -> None:
    """Ask both about every text."""
    __tracebackhide__ = True
    room, found = asyncio.Semaphore(8), Compared()

    async def ask(client: httpx.AsyncClient, text: str) -> None:
        __tracebackhide__ = True
        async with room:
            reply = await client.post(f"{url}/model/parse", json={"text": text})
        found.add(reply.json(), own.weigh([text])[0][INTENT])

    async with httpx.AsyncClient(timeout=600) as client:
        await asyncio.gather(*(ask(client, text) for text in texts))
    found.check(len(texts))


async def test_a_live_rasa_and_the_bot_weigh_the_lines_alike(rasa_url: str, trained: Heads) -> None:
    texts = [text for _, text in intent_lines()[::8]] + [text for _, text in answer_lines()[::8]]
    assert len(texts) > 1000
    await compare(rasa_url, trained, texts)


async def test_a_live_rasa_and_the_bot_weigh_people_alike(rasa_url: str, trained: Heads) -> None:
    if not FILES.is_dir():
        pytest.skip("the development files are not here")
    texts = []
    for name in ("intents", "intents_two_shops", "yesno", "faq"):
        for row in (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            said = json.loads(row)
            texts.append(said["text"] if "text" in said else said["question"])
    # Rasa takes what begins with a stroke for an intent by its name, and what holds no word for nothing.
    texts = [text for text in texts if text.strip() and not text.startswith("/")]
    assert len(texts) > 2000
    await compare(rasa_url, trained, texts)


@pytest.mark.parametrize("head", [INTENT, ANSWER])
def test_the_heads_in_the_tree_are_what_training_gives(trained: Heads, head: str) -> None:
    assert trained.fitted_to == heads().fitted_to, "train anew: make train"
    lines = [text for _, text in (intent_lines() if head == INTENT else answer_lines())]
    new, present, alike = trained.heads[head], heads().heads[head], 0
    for begin in range(0, len(lines), 64):
        texts = lines[begin : begin + 64]
        for text, vector in zip(texts, encode(texts), strict=True):
            one, other = (h.weigh(vector, features(text)) for h in (new, present))
            alike += max(one, key=lambda k: one[k]) == max(other, key=lambda k: other[k])
    assert alike / len(lines) >= AGREE
