"""The widget's modules: each names what it takes from others, none takes from below, and what does not fit is told."""

from __future__ import annotations

import pathlib
import re
import shutil

import pytest

from bot.widget import joined as joining
from bot.widget.joined import ORDER, Unjoinable, joined, script

TEXTS = {name: (joining.HERE / f"{name}.js").read_text(encoding="utf-8") for name in ORDER}
IMPORT = re.compile(r'^import \{ (.+) \} from "\./(\w+)\.js";$', re.M)
EXPORT = re.compile(r"^export (?:const|class|function|async function) (\w+)", re.M)


def program(text: str) -> str:
    """What is left of a module without its imports, comments and strings."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"^import .*$|  //.*$", "", text, flags=re.M)
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    return re.sub(r"= `\n.*?`;", "= ``;", text, flags=re.S)  # the sheet


def uses(text: str, name: str) -> bool:
    """Whether a program speaks of `name`, other than as somebody's property or a key."""
    return re.search(rf"(?<![\w$#])(?<!(?<!\.\.)\.){name}(?![\w$])(?!\s*:)", program(text)) is not None


@pytest.mark.parametrize("name", ORDER)
def test_a_module_names_what_it_takes_and_takes_what_it_names(name: str) -> None:
    taken = {one for names, _ in IMPORT.findall(TEXTS[name]) for one in names.split(", ")}
    for one in taken:
        assert uses(TEXTS[name], one), f"{name}.js imports {one} and has no use for it"
    others = {one for other, text in TEXTS.items() if other != name for one in EXPORT.findall(text)}
    own = set(re.findall(r"(?:const|let|class|function) (\w+)", TEXTS[name]))
    for one in others - taken - own:
        assert not uses(TEXTS[name], one), f"{name}.js uses {one} and does not import it"


def test_a_name_is_exported_once_and_used_somewhere() -> None:
    names = [one for text in TEXTS.values() for one in EXPORT.findall(text)]
    taken = {one for text in TEXTS.values() for found, _ in IMPORT.findall(text) for one in found.split(", ")}
    assert len(names) == len(set(names)) and set(names) == taken


@pytest.mark.parametrize("name", ORDER)
def test_a_module_can_be_read(name: str) -> None:
    assert max(map(len, TEXTS[name].splitlines())) <= 120
    assert "$" + name not in TEXTS[name] and "innerHTML" not in TEXTS[name] and "eval(" not in TEXTS[name]


def test_the_script_is_every_module_in_order_without_their_long_comments() -> None:
    assert re.findall(r"^/\* (\w+)\.js \*/$", script(), re.M) == list(ORDER)
    assert not re.search(r"^(import|export)\b", script(), re.M)
    assert script().count("/*") < len(ORDER) + 10
    whole = set(program(script()).splitlines())
    for text in TEXTS.values():
        for line in program(text).splitlines():
            assert not line.strip() or line.removeprefix("export ") in whole, line


BREAKS = {
    "a file is missing": ("events", None, None, "events"),
    "a stranger lies there": ("strange", "", "", "strange"),
    "it does not say what it is": ("events", r"\A/\*", "//", "opens with a comment"),
    "it takes from below": ("events", r"^import .*", 'import { Chat } from "./chat.js";', "exports Chat"),
    "it takes from itself": ("events", r"^import .*", 'import { Events } from "./events.js";', "exports Events"),
    "it takes what nobody gives": ("events", r"\{ bare \}", "{ bear }", "exports bear"),
    "it takes all": ("events", r"import \{ bare \}", "import * as bare", "by name"),
    "it takes on two lines": ("events", r"import \{ bare \}", "import {\n  bare }", "by name"),
    "it gives no name": ("events", r"^export class Events", "export default class", "by name"),
    "it gives what changes": ("sound", r"^let speaker", "export let speaker", "by name"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS)
def test_what_does_not_fit_is_told_with_the_modules_name(broken: str, tmp_path: pathlib.Path) -> None:
    name, old, new, told = BREAKS[broken]
    folder = tmp_path / "widget"
    shutil.copytree(joining.HERE, folder)
    assert joined(folder) == script()
    file = folder / f"{name}.js"
    if old is None or new is None:
        file.unlink()
    else:
        before = TEXTS.get(name, "")
        file.write_text(re.sub(old, new, before, flags=re.M), encoding="utf-8")
        assert name not in TEXTS or file.read_text(encoding="utf-8") != before
    with pytest.raises(Unjoinable, match=told) as caught:
        joined(folder)
    assert name in str(caught.value)
