"""The widget's sources before TypeScript: their types, in comments, hold in strict mode with no error, and what a slip
of the hand does to them is found. The types of frames are made from the server's models: `tests/browser/types`."""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from bot.widget import joined as joining
from tests.conftest import ROOT, missing

pytestmark = pytest.mark.browser

TYPES = ROOT / "tests" / "browser" / "types"
LOCK = TYPES / "package-lock.json"
SOURCES = sorted(joining.HERE.glob("*.js"))

#: What would let a mistake pass.
LOOSE = re.compile(
    r"@ts-(?:ignore|nocheck|expect-error)\b|(?:[{|<(:,\[&]|=>)\s*(?:any\b|\*)\s*(?=[}|>),;\[\]&=]|$)", re.M
)


@pytest.fixture(scope="module")
def tsc() -> pathlib.Path:
    """TypeScript as the lock names it, installed once below `var/`; two who install it at once do no harm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("TypeScript's runtime (node and npm; on Debian: apt-get install nodejs npm)")
    manifest = TYPES / "package.json"
    fingerprint = hashlib.sha256(manifest.read_bytes() + LOCK.read_bytes()).hexdigest()[:16]
    home = ROOT / "var" / "typescript" / fingerprint
    found = home / "node_modules" / ".bin" / "tsc"
    if found.exists():
        return found
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="making-") as making:
        beside = pathlib.Path(making) / fingerprint
        beside.mkdir()
        for file in (manifest, LOCK):
            shutil.copy(file, beside)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=beside, capture_output=True, text=True)
        assert done.returncode == 0, f"npm could not install TypeScript:\n{done.stdout}{done.stderr}"
        try:
            beside.rename(home)
        except OSError:  # another one was faster
            assert found.exists()
    return found


def checked(tsc: pathlib.Path, root: pathlib.Path) -> tuple[int, str]:
    """What TypeScript says of the sources below `root`, with its exit status."""
    command = [str(tsc), "-p", str(root / "tests" / "browser" / "types")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def copied(root: pathlib.Path) -> pathlib.Path:
    """`root`, with all that is checked and nothing else."""
    for file in (*SOURCES, *TYPES.glob("*.d.ts"), TYPES / "tsconfig.json"):
        target = root / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return root


def planted(file: pathlib.Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_sources_hold_no_mistake(tsc: pathlib.Path) -> None:
    assert checked(tsc, ROOT) == (0, "")


def test_every_source_is_checked(tsc: pathlib.Path) -> None:
    command = [str(tsc), "-p", str(TYPES), "--listFilesOnly"]
    listed = subprocess.run(command, capture_output=True, text=True)
    assert listed.returncode == 0
    assert {str(file) for file in SOURCES} <= set(listed.stdout.splitlines())


SLIPS = {
    "a misspelt field of a frame": ("conversation", "frame.retry_after", "frame.retry_afer", "TS2551"),
    "a field that another frame has": ("conversation", "this.token = frame.token;", "this.token = frame.id;", "TS2339"),
    "a frame that nobody takes": ("conversation", '"say", id, text }', '"say", id, words: text }', "TS2353"),
    "an act that no turn has": ("choices", '"no_answer"', '"noanswer"', "TS2820"),
    "a misspelt field of a turn": ("choices", "turn.choices?.length) this", "turn.choice?.length) this", "TS2551"),
    "a field that no search finds": (
        "home",
        "{ title, passage, language, url }",
        "{ title, passage, language, url, on }",
        "TS2339",
    ),
    "a wrong argument": ("chat", "told.turn(turn.seq,", "told.turn(turn.text,", "TS2345"),
    "an argument too few": ("chat", "WORDS.yes, () => this.#leave())]", "WORDS.yes)]", "TS2554"),
    "a method that is not there": ("chat", "this.#rating.wasGiven()", "this.#rating.given()", "TS2339"),
    "a null not looked at": ("connection", "this.#socket?.send(", "this.#socket.send(", "TS2531"),
    "an element not looked for": ("consent", '("button")?.focus', '("button").focus', "TS2531"),
    "a word that is not in the catalogue": ("status", "WORDS.tryNow", "WORDS.tryItNow", "TS2551"),
    "a name that nothing is kept under": ("sound", 'keep.get("sound")', 'keep.get("noise")', "TS2345"),
    "an attribute that no element has": ("log", 'tabindex: "0"', 'tabindx: "0"', "TS2561"),
    "a listener of another event": ("composer", "onkeydown: (event) =>", "oncopy: (event) =>", "TS2740"),
    "what the shop cannot name": ("log", "given.greeting ||", "given.greetings ||", "TS2551"),
    "no type": ("when", "\n    @param {string} iso */", " */", "TS7006"),
}


@pytest.fixture(scope="module")
def found(tsc: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """What is found where all slips are made at once: the file and the error's code."""
    root = copied(tmp_path_factory.mktemp("slips"))
    for name, old, new, _ in SLIPS.values():
        planted(root / "bot" / "widget" / f"{name}.js", old, new)
    status, told = checked(tsc, root)
    assert status != 0
    return re.findall(r"^bot/widget/(\w+)\.js\(\d+,\d+\): error (TS\d+): ", told, re.M)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found(found: list[tuple[str, str]], slip: str) -> None:
    name, _, _, code = SLIPS[slip]
    assert (name, code) in found


def test_nothing_but_the_slips_is_found(found: list[tuple[str, str]]) -> None:
    assert sorted(found) == sorted((name, code) for name, _, _, code in SLIPS.values())


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("  passage: string;\n  language: string | null;", "  quote: string;\n  language: string | null;", "turn"),
        ("  rated: boolean;", "", "conversation"),
        ('"too_fast"', '"too_quick"', "outbox"),
        ('"filed" | "saved"', '"filed" | "saved" | "lost"', "card"),
    ],
    ids=["a field has another name", "a field is gone", "a code has another name", "a status is new"],
)
def test_a_model_that_changed_is_found_in_the_widget(
    tsc: pathlib.Path, tmp_path: pathlib.Path, old: str, new: str, name: str
) -> None:
    copy = copied(tmp_path)
    planted(copy / "tests" / "browser" / "types" / "frames.d.ts", old, new)
    status, told = checked(tsc, copy)
    assert status != 0
    assert f"bot/widget/{name}.js(" in told


@pytest.mark.parametrize("file", [*SOURCES, *sorted(TYPES.glob("*.d.ts"))], ids=lambda file: file.name)
def test_nothing_is_let_pass(file: pathlib.Path) -> None:
    assert not LOOSE.search(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "loose",
    [
        "/* @ts-ignore */",
        "// @ts-nocheck",
        "@ts-expect-error",
        "@param {any} words",
        "Record<string, any>",
        "any[] | null",
        "(words: any) => void",
        "() => any",
        "@type {*}",
        "Promise<any>",
    ],
)
def test_what_lets_pass_is_known(loose: str) -> None:
    assert LOOSE.search(f"{{{loose}}}")


def test_the_lock_names_no_registry() -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    packages = {name: of for name, of in lock["packages"].items() if name}
    assert packages and not [name for name, of in packages.items() if "resolved" in of]
    assert all(of["integrity"].startswith("sha512-") for of in packages.values())
