"""Renews the catalogues of the console's languages from its templates and its code, by Babel.

    python -m tests.words          # or `make words`; `tests/bot/console/test_languages.py` holds the catalogues

New words come in empty and are translated by hand; translations whose words are gone are taken out; the comments at the
head stay. Keys that are stored (`no_answer`) and words that other rooms hold are said as they come, so no extractor
sees them: they are gathered here from where they are defined.
"""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator, Mapping, Sequence

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.console.speech import ORIGINAL, file_of, languages
from bot.history import readings
from bot.history.figures import MEANINGS
from bot.history.samples import STRATA
from bot.history.search import CHOICES
from bot.store.accounts import Role
from dialogue.states import Phase, TicketStatus
from dialogue.vocabulary import Act, Answer, Field, IntentName, Signal
from tests.conftest import ROOT

HERE = ROOT / "bot" / "console"
#: Where words of errors are that pages show, beside the console.
ERRORS = (ROOT / "bot" / "store", ROOT / "bot" / "history", ROOT / "bot" / "operations", ROOT / "kb_answers")
KEYWORDS = {"_": None, "gettext": None, "later": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
ERROR_WORDS = {"AccountError": None, "QueryError": None, "OddNumber": None, "Problem": None}
_TEMPLATES = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}

#: Keys that pages show and no set of names holds: deliveries and their attempts, notes, who understood, what of a
#: message or a state is shown, fields of forms that a refusal names.
_KEYS = """
    desk queued sending filed refused failed sent retry open closed abandoned disabled nobody rules rasa catalogue
    greeting_name question score last_question agent fruitless email_slip email_malformed email_of_shop
    email_no_at email_no_top_level size seed days after before seq version note text base standing
    draft published withdrawn file new due
""".split()
_NOTES = (
    "edited", "withdrawn", "back to the file", "with a recovery code", "published", "draft given up",
    "looked at, still true",
)  # fmt: skip
#: What the log says that is put together where it is noted.
_PUT_TOGETHER = (
    *(f"account: {do}" for do in ("role", "disable", "enable", "password", "no-code")),
    *(f"ticket: {do}" for do in ("open", "close")),
    *(f"export {what}" for what in ("fixture", "training", "conversations", "turns")),
    "draft article", "give up draft", "publish article", "withdraw article", "review article", "edit article",
    "tell who asked",
    "retention", "sign-in refused", "command line", "API GET", "API POST", "API DELETE",
)  # fmt: skip


def stored() -> set[str]:
    """The words of every key that a page may show, and those of other rooms."""
    names: set[str] = {*_KEYS, *STRATA, *(role.label for role in Role)}
    for those in (Act, Answer, Field, IntentName, Signal, Phase, TicketStatus):
        names |= {one.value for one in those}
    for name, choices in CHOICES.items():
        names |= set(choices) if name not in ("rule", "language") else set()
    words = {name.replace("_", " ") for name in names if not re.fullmatch(r"(words:)?R?\d+", name)}
    words |= {*readings.KINDS.values(), *readings.REASONS, *_NOTES}
    return words | {word for one in MEANINGS.values() for word in (one.label, one.meaning)}


def noted() -> set[str]:
    """What the log of access says was done, read from the calls that note it."""
    return {*_PUT_TOGETHER, *(action for path in HERE.glob("*.py") for action in _actions(path.read_text("utf-8")))}


def _actions(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("note", "note_once")
        ):
            own = isinstance(node.func.value, ast.Name) and node.func.value.id == "ask"
            said = node.args[0 if own else 1] if len(node.args) > (not own) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value


def extracted() -> Catalog:
    """Every id there is, with where it stands."""
    found = Catalog(project="Askonce", charset="utf-8")
    _take(found, HERE, [("**.py", "python"), ("templates/**.html", "jinja2")], KEYWORDS | ERROR_WORDS)
    for folder in ERRORS:
        _take(found, folder, [("**.py", "python")], ERROR_WORDS)
    for words in stored():
        found.add(words)
    for action in noted():
        found.add(action, context="log")
    return found


def _take(
    found: Catalog, folder: pathlib.Path, methods: Sequence[tuple[str, str]], keywords: Mapping[str, object]
) -> None:
    options = {"templates/**.html": _TEMPLATES}
    for file, _, words, _comments, context in extract_from_dir(
        folder, methods, options, keywords=keywords, comment_tags=()
    ):
        found.add(words, None, [(f"{folder.relative_to(ROOT).as_posix()}/{file}", 0)], context=context)


def renewed(language: str) -> Catalog:
    """The catalogue of a language with today's ids: what is translated stays, nothing is guessed."""
    path = file_of(language)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def whole(message: Message) -> bool:
    """True where every form of it is translated, and nobody has doubts."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def main() -> None:
    for language in languages():
        if language == ORIGINAL:
            continue
        catalogue = renewed(language)
        with file_of(language).open("wb") as file:
            write_po(file, catalogue, width=116, sort_output=True, no_location=True, omit_header=False)
        empty = [message for message in catalogue if message.id and not whole(message)]
        print(f"{language}: {len(catalogue)} words, {len(empty)} without a translation")


if __name__ == "__main__":
    main()
