"""What reviewers hand on to developers: corrected messages as Rasa training data, and a conversation as a dialogue
fixture. Both go through a page on which somebody looks at the words that are left of people; only what was looked at is
downloaded."""

from __future__ import annotations

import io
import pathlib
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString
from starlette.responses import Response

from bot.console.exports import download
from bot.console.site import Ask, Refused
from bot.console.speech import gettext
from bot.history.reviews import corrected_conversations
from bot.replay.fixtures import FixtureError, read_fixtures
from bot.replay.new_fixture import Fix, corrected, fixes_of, fixture_of, pseudonyms
from bot.replay.pseudonyms import Pseudonyms, is_name, left, marked, without
from bot.replay.rehearsal import Stagehand
from bot.store.happened import with_their_turns
from dialogue import events

_LONGEST = 300_000
#: What YAML cannot hold as it is, and what no line of training data may: everything that ends or hides a line.
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _look(
    ask: Ask, *, what: str, action: str, text: str, replaced: Mapping[str, str], error: str = "", code: int = 200
) -> Response:
    return ask.page(
        "look.html",
        code,
        what=what,
        action=action,
        text=text,
        pieces=marked(text, replaced.values()),
        error=error,
        left=left(text, replaced.values()),
        replaced=replaced,
    )


async def _looked(
    ask: Ask, *, what: str, name: str, replaced: Mapping[str, str], check: Callable[[str], str], note: str
) -> Response:
    """The file as it was looked at; or the page again, with ticked words replaced or with what is wrong."""
    text, action = ask.given("text", _LONGEST) + "\n", str(ask.request.url.path)
    if ask.given("do") == "replace":
        ticked = [str(word) for word in ask.form.getlist("words") if word]
        return _look(ask, what=what, action=action, text=without(text, ticked), replaced=replaced)
    error = check(text)
    if not error and ask.given("looked") != "yes":
        error = gettext("Look at the marked words, then tick that you have; nothing was downloaded.")
    if error:
        return _look(ask, what=what, action=action, text=text, replaced=replaced, error=error, code=422)
    await ask.note(f"export {what}", note)
    return download(text, "application/yaml; charset=utf-8", name)


# ---------------------------------------------------------------- one conversation as a fixture


async def _fixture(ask: Ask) -> tuple[str, Mapping[str, str]]:
    loaded = await ask.bot.store.load(ask.part("id"))
    if loaded is None or not loaded.seq:
        raise Refused(404, gettext("There is no such conversation (any more)."))
    try:
        text, people = await fixture_of(ask.bot.store, Stagehand(ask.bot.settings, answers=ask.bot.answers), loaded)
    except click.ClickException as error:
        raise Refused(422, f"{error.message[0].upper()}{error.message[1:]}.") from error
    return text, people.replaced


def _fixture_fault(text: str) -> str:
    """What keeps `text` from being a fixture; empty where it is one."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "fixture.yml"
        path.write_text(text, encoding="utf-8")
        try:
            read_fixtures([path])
        except FixtureError as error:
            return str(error).replace(str(path), gettext("The text"))
    return ""


async def look_at_fixture(ask: Ask) -> Response:
    """One conversation as a dialogue fixture of what happened, or of what should have where it was corrected, to be
    looked at."""
    text, replaced = await _fixture(ask)
    action = f"/console/conversations/{ask.part('id')}/fixture.yml"
    return _look(ask, what="fixture", action=action, text=text, replaced=replaced)


async def fixture(ask: Ask) -> Response:
    """The fixture as it was looked at."""
    id = ask.part("id")
    _, replaced = await _fixture(ask)
    name = f"conversation-{id[:8]}.yml"
    return await _looked(ask, what="fixture", name=name, replaced=replaced, check=_fixture_fault, note=id)


async def to_fixture(ask: Ask) -> Response:
    """Whoever asks for the file looks at its words first."""
    return ask.to(f"/console/conversations/{ask.part('id')}/fixture")


# ---------------------------------------------------------------- corrected messages as training data


def example(text: str, name: str = "") -> str:
    """A message as one line of Rasa's training data: nothing in it is taken for markup or for another line; `name`,
    where it occurs, is marked as one."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    line = re.sub(r"\](?=[({])", "] ", line).replace("\\", "/")
    name = " ".join(name.split())
    if name and not set(name) & set("[](){}"):
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda m: f"[{m[0]}](name)", line, count=1)
    return line


def training_text(found: Iterable[tuple[str, str]]) -> str:
    """Rasa training data (NLU YAML) of pairs of intent and line, each line once."""
    lines: dict[str, list[str]] = {}
    for intent, line in found:
        if line and line not in lines.setdefault(intent, []):
            lines[intent].append(line)
    nlu = [
        {"intent": i, "examples": LiteralScalarString("".join(f"- {x}\n" for x in many))}
        for i, many in lines.items()
        if many
    ]
    out, writer = io.StringIO(), YAML()
    writer.width = 1_000_000
    writer.dump({"version": "3.1", "nlu": nlu}, out)
    return out.getvalue()


async def _training(ask: Ask) -> tuple[str, dict[str, str]]:
    found: list[tuple[str, str]] = []
    replaced: dict[str, str] = {}
    for id in await corrected_conversations(ask.bot.store):
        loaded = await ask.bot.store.load(id)
        if loaded is None:
            continue
        turns, happened = await ask.bot.store.turns(id, limit=100_000), await ask.bot.store.happenings(id)
        fixes = await fixes_of(ask.bot.store, id)
        people = pseudonyms(loaded.state, turns, happened, fixes, keep=ask.bot.support_email)
        words = {t.seq: t.text for t in turns if t.who == "shopper"}
        for seq, told in with_their_turns(happened):
            if seq in fixes and isinstance(told, events.ShopperSaid) and seq in words:
                found.append(_pair(told.understood, fixes[seq], words[seq], people))
        replaced |= people.replaced
    return training_text(sorted(pair for pair in found if pair[0])), replaced


def _pair(understood: events.Understanding, fix: Fix, words: str, people: Pseudonyms) -> tuple[str, str]:
    """Intent and line of one corrected message; no intent where none was understood and none was named."""
    right = corrected(understood, fix)
    intent = right.intents[0].name.value if right.intents else ""
    read = right.name or right.greeting_name or ""
    name = fix.name or (read if is_name(read) else "")
    return intent, example(people.text(words), people.text(name))


def _training_fault(text: str) -> str:
    """What keeps `text` from being training data; empty where it is."""
    try:
        found = YAML(typ="safe").load(text)
        nlu = found["nlu"]
        lines = [line for part in nlu for line in part["examples"].splitlines() if str(part["intent"])]
    except (YAMLError, KeyError, TypeError, AttributeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        return gettext("The text is no training data any more: %(why)s.", why=why)
    wrong = next((line for line in lines if not line.startswith("- ")), None)
    return (
        gettext("Each example is a line that begins with a hyphen and a space; this one does not: %(line)s", line=wrong)
        if wrong is not None
        else ""
    )


async def look_at_training(ask: Ask) -> Response:
    """Corrected messages as Rasa training data, to be looked at."""
    text, replaced = await _training(ask)
    return _look(ask, what="training", action="/console/training.yml", text=text, replaced=replaced)


async def training(ask: Ask) -> Response:
    """The training data as it was looked at."""
    _, replaced = await _training(ask)
    return await _looked(
        ask, what="training", name="corrections-nlu.yml", replaced=replaced, check=_training_fault, note="corrections"
    )


async def to_training(ask: Ask) -> Response:
    """Whoever asks for the file looks at its words first."""
    return ask.to("/console/training")
