"""Which language a message is in, from its words alone, and only where they suffice.

`py3langid` (BSD) knows the languages; what "suffice" means is here: "ok" and "Olu Adebayo" are in no language, and few
words must be surer than many. A language that was told before stays until words plainly say another.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from dialogue.events import Understanding
from dialogue.understanding import request_words, whole_answers
from dialogue.understanding.learned.tables import kept
from dialogue.understanding.text import is_word, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The languages that are told apart: those that are spoken here, and those that a shop's visitors are likeliest to
#: bring beside them. Close kin of these that few write in shops are left out, so that nobody is taken for their writer.
TOLD_APART = tuple(
    "en de fr es pt ar af bg bn ca cs da el et fa fi gu he hi hr hu hy id it ja ka kk kn ko lt lv mk ml mr ms nl no pa"
    " pl ro ru sk sl sq sr sv sw ta te th tl tr uk ur vi zh".split()
)
#: How probable a language must be, by how many words speak for it; the last is for all longer messages.
_SURE = (0.95, 0.85, 0.8, 0.7)
#: The same in letters that few languages are written in.
_SURE_BY_SCRIPT = 0.6
#: Texts of so many words are also told by the phrases that they are made of.
_FEW = 5
#: A language told before stays while it is at least this probable.
_STAYS = 0.05
#: Neighbours that few words do not tell apart: together they say that it is none of the others.
_KIN = (("id", "ms"), ("da", "no", "sv"), ("cs", "sk"), ("hr", "sl"), ("ru", "uk", "bg", "mk", "sr"), ("hi", "mr"))
_ADDRESS = re.compile(r"\S*[@/\d]\S*|\bwww\.\S+|\[[^\]]*\]")  # and what stands for a secret (R17)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: Letters of a message that are looked at.
_LONGEST = 400


@functools.cache
def _identifier() -> Any:
    """The identifier, of the languages told apart alone. Its tables are unpacked once on a machine."""
    from py3langid.langid import LanguageIdentifier

    version = importlib.metadata.version("py3langid")

    def table(name: str) -> NDArray[np.generic]:
        return kept(f"language-{name}", (version, *TOLD_APART), lambda: _tables()[name])

    try:
        classes, row, output = (table(name).tolist() for name in ("classes", "row", "output"))
        return LanguageIdentifier(
            table("weights"), table("priors"), classes, memoryview(table("moves").data), output, norm_probs=True, tk_row=row
        )
    finally:
        _tables.cache_clear()


@functools.lru_cache(maxsize=1)
def _tables() -> dict[str, NDArray[np.generic]]:
    """What the identifier consists of, unpacked, which takes half a second."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    known = LanguageIdentifier.from_model_file(MODEL_FILE)
    known.set_languages(TOLD_APART)
    return {
        "weights": np.ascontiguousarray(known.nb_ptc), "priors": np.asarray(known.nb_pc),
        "classes": np.array(known.nb_classes), "moves": np.asarray(known.tk_nextmove),
        "row": np.asarray(known.tk_row), "output": np.asarray(known.tk_output),
    }  # fmt: skip


def language_of(understood: Understanding, before: str | None = None) -> str | None:
    """The language of a message, without what was read as a name or an address; as `identify`."""
    text = understood.kept
    for value in (understood.name, understood.email):
        if value:
            text = text.replace(value, " " * len(value))
    for part in reversed(understood.read):
        if part.kind == "contact_data":
            text = f"{text[: part.start]} {text[part.end :]}"
    return identify(text, before)


def identify(text: str, before: str | None = None) -> str | None:
    """The language of `text` (ISO 639-1), None where its words do not suffice. `before`: the language of what was said
    earlier, or of the page, which few words confirm and only plain ones overrule."""
    bare = " ".join(dict.fromkeys(_WORD.findall(_ADDRESS.sub(" ", text[:_LONGEST]))))  # said again is no more told
    if len(bare) < 2:
        return None
    ranked = dict(_identifier().rank(bare))
    best = max(ranked, key=lambda code: ranked[code])
    if before is not None and ranked.get(before, 0.0) >= _STAYS:
        return before if best == before else None
    words = bare.count(" ") + 1
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in bare if c != " ")
    scripted = latin < len(bare.replace(" ", "")) / 2
    needed = _SURE_BY_SCRIPT if scripted else _SURE[min(words, len(_SURE)) - 1]
    kin = next((group for group in _KIN if best in group and before not in group), (best,))
    if sum(ranked[code] for code in kin) >= needed:
        return str(best)
    return _by_phrases(text) if words <= _FEW else None


def _by_phrases(text: str) -> str | None:
    """The one language in which a short text is made of phrases that are known ("ticket aufmachen", "ja gern")."""
    low = plain(text)
    known = request_words.languages_of(low) | whole_answers.languages_of(low)
    return next(iter(known)) if len(known) == 1 and not all(map(is_word, _WORD.findall(low))) else None
