"""The widget as shops load it: its modules joined into one script when the bot starts, without a build.

Each module is plain ES: it opens with a comment that says what lives there and what never may, imports by name from
other modules of this folder, and exports by name. In the script each becomes a function of its own within one outer
function, so a module sees of another what it imports and nothing else, and the page sees nothing. Comments that have
lines of their own stay here. What does not fit is told before anybody is served.
"""

from __future__ import annotations

import functools
import pathlib
import re

HERE = pathlib.Path(__file__).parent

#: Each module imports from those above it alone, so there is no circle: first what knows nothing of chats, then the
#: parts of a chat, which draw on the former and hardly on one another, then what puts them together and into the page.
ORDER = (
    "page", "plain", "ids", "storage", "words", "when", "elements", "language", "colours", "looks", "styles", "said",
    "events", "status", "hours", "announcements", "unread", "told", "earlier", "sound", "card", "rating", "file",
    "turn", "choices", "stored", "log", "attach", "uploads", "composer", "menu", "question", "copy", "consent",
    "home", "owner", "connection", "outbox", "conversation", "panel", "chat", "host", "start",
)  # fmt: skip

_TITLE = "/* Askonce's chat widget. One script, no framework: a custom element in a Shadow DOM. Source: bot/widget/. */"
_HEAD = re.compile(r"/\* .*?\*/\n\n", re.S)
_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+)\.js";$', re.M)
_EXPORT = re.compile(r"^export ((?:const|class|function|async function) (\w+))", re.M)
#: A comment that begins a line and ends one; nothing of a program stands in its lines.
_COMMENT = re.compile(r"^ */\*(?:(?!\*/).)*\*/\n", re.M | re.S)
_OTHER = re.compile(r"^(?:import|export)\b.*$", re.M)


class Unjoinable(Exception):
    """The modules do not make a script; says which, and why."""


@functools.cache
def script() -> str:
    """The script of this bot, joined once."""
    return joined(HERE)


def joined(folder: pathlib.Path) -> str:
    """The modules of a folder as one script. Raises `Unjoinable`; whether it is JavaScript is for a browser to say."""
    strangers = {path.stem for path in folder.glob("*.js")} ^ set(ORDER)
    if strangers:
        raise Unjoinable(f"missing in the folder or in ORDER: {', '.join(sorted(strangers))}")
    exported: dict[str, list[str]] = {}
    parts = [_module(name, (folder / f"{name}.js").read_text(encoding="utf-8"), exported) for name in ORDER]
    return "\n".join([_TITLE, "(() => {", '"use strict";', *parts, "})();", ""])


def _module(name: str, text: str, exported: dict[str, list[str]]) -> str:
    """One module as a function; what it exports is added to `exported`, which holds the modules above it."""
    head = _HEAD.match(text)
    if head is None:
        raise Unjoinable(f"{name}.js: opens with a comment (what lives here, what never may) and an empty line")

    def taken(found: re.Match[str]) -> str:
        names, source = found[1].split(", "), found[2]
        for unknown in set(names) - set(exported.get(source, ())):
            raise Unjoinable(f"{name}.js: no module above it exports {unknown} as {source}.js")
        return f"const {{ {found[1]} }} = ${source};"

    body = _IMPORT.sub(taken, text[head.end() :])
    exported[name] = [found[2] for found in _EXPORT.finditer(body)]
    body = _EXPORT.sub(r"\1", body)
    if other := _OTHER.search(body):
        raise Unjoinable(f"{name}.js: imports and exports are by name, in a line each: {other[0]}")
    body = _COMMENT.sub("", body)
    return f"/* {name}.js */\nconst ${name} = (() => {{\n{body}return {{ {', '.join(exported[name])} }};\n}})();"
