"""Writes `data/nlu.yml` from the sentence patterns in `patterns/`, the project's own words, with a fixed seed.

    python dialogue/understanding/rasa_project/make_data.py

A pattern line is a sentence with choices: `(a|b)` picks one, `(a|)` may leave it out, `{thing}` takes a word from the
slots at the top of the file, `[{person}](name)` marks a name for Rasa. From each sentence that comes out a share is
roughened the way people type: a typo, no capitals or punctuation, all capitals, chat spelling.
"""

from __future__ import annotations

import pathlib
import random
import re

from faker import Faker
from ruamel.yaml import YAML

HERE = pathlib.Path(__file__).parent
LINES_PER_INTENT = 640
LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "it_IT", "nl_NL", "pl_PL", "tr_TR", "en_IN", "id_ID", "sv_SE",
           "cs_CZ", "fi_FI", "ro_RO", "vi_VN", "en_NG", "fil_PH")  # fmt: skip
_CHOICE = re.compile(r"\(([^()\[\]]*\|[^()\[\]]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_CHAT = {"you": "u", "your": "ur", "please": "pls", "are": "r", "because": "cuz", "i am": "im", "what is": "whats",
         "thanks": "thx", "want to": "wanna", "have not": "havent", "going to": "gonna", "my": "my", "to": "2", "for": "4"}  # fmt: skip


def expand(line: str, slots: dict[str, list[str]], rng: random.Random, person: list[str]) -> str:
    """One sentence of a pattern line."""
    while match := _CHOICE.search(line):
        line = line[: match.start()] + rng.choice(match[1].split("|")) + line[match.end() :]
    while match := _SLOT.search(line):
        word = rng.choice(person) if match[1] == "person" else rng.choice(slots[match[1]])
        line = line[: match.start()] + word + line[match.end() :]
        while inner := _CHOICE.search(line):
            line = line[: inner.start()] + rng.choice(inner[1].split("|")) + line[inner.end() :]
    return re.sub(r"\s+([,.?!])", r"\1", " ".join(line.split()))


def roughen(sentence: str, rng: random.Random) -> str:
    """The sentence as somebody in a hurry types it; names marked for Rasa stay whole."""
    if "](name)" in sentence:
        return sentence.lower() if rng.random() < 0.4 else sentence
    style = rng.random()
    if style < 0.40:
        sentence = re.sub(r"[.,!?']", "", sentence).lower()
    elif style < 0.55:
        sentence = sentence.lower()
    elif style < 0.58:
        sentence = sentence.upper()
    elif style < 0.75:
        sentence = sentence[:1].upper() + sentence[1:]
    if rng.random() < 0.12:
        for word, short in _CHAT.items():
            if rng.random() < 0.5:
                sentence = re.sub(rf"\b{word}\b", short, sentence)
    if rng.random() < 0.15 and len(sentence) > 8:
        place = rng.randrange(1, len(sentence) - 2)
        kind = rng.random()
        if kind < 0.4:
            sentence = sentence[:place] + sentence[place + 1] + sentence[place] + sentence[place + 2 :]
        elif kind < 0.8:
            sentence = sentence[:place] + sentence[place + 1 :]
        else:
            sentence = sentence[:place] + sentence[place] + sentence[place:]
    return sentence.strip()


def people(rng: random.Random) -> list[str]:
    """Full names from many countries."""
    names = []
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(rng.randrange(10**6))
        names += [f"{fake.first_name()} {fake.last_name()}" for _ in range(30)]
    return names


def lines(intent: str, rng: random.Random) -> list[str]:
    """The training sentences of one intent, without repeats."""
    slots = YAML(typ="safe").load(HERE / "patterns" / "slots.yml")
    person = people(rng)
    patterns = [
        text
        for raw in (HERE / "patterns" / f"{intent}.txt").read_text(encoding="utf-8").splitlines()
        if (text := raw.strip()) and not text.startswith("#")
    ]
    found: dict[str, None] = {}
    wanted = LINES_PER_INTENT * (2 if intent == "other" else 1)  # the rest of the world is large
    for attempt in range(wanted * 6):
        if len(found) >= wanted:
            break
        sentence = expand(patterns[attempt % len(patterns)], slots, rng, person)
        found.setdefault(roughen(sentence, rng) if attempt >= len(patterns) else sentence)
    return [line for line in found if line]


def main() -> None:
    out = ['version: "3.1"', "# Made by make_data.py from patterns/; edit those.", "nlu:"]
    for path in sorted((HERE / "patterns").glob("*.txt")):
        rng = random.Random(f"askonce {path.stem}")
        out.append(f"- intent: {path.stem}\n  examples: |")
        out += [f"    - {line}" for line in lines(path.stem, rng)]
    (HERE / "data" / "nlu.yml").write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"{sum(line.startswith('    - ') for line in out)} lines")


if __name__ == "__main__":
    main()
