"""Which language a message is in, from its words alone, and only where they suffice.

`py3langid` (BSD) knows the languages; what "suffice" means is here: "ok" and "Olu Adebayo" are in no language, and few
words must be surer than many. A language that was told before stays until words plainly say another.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.events import Understanding
from dialogue.understanding import request_words, whole_answers
from dialogue.understanding.learned import own_words
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
#: What the project's own words tell, is not believed where it is less probable than this.
_NOT_AGAINST = 0.05
#: Neighbours that few words do not tell apart: together they say that it is none of the others.
_KIN = (("id", "ms"), ("da", "no", "sv"), ("cs", "sk"), ("hr", "sl"), ("ru", "uk", "bg", "mk", "sr"), ("hi", "mr"))
_ADDRESS = re.compile(r"\S*[@/\d]\S*|\bwww\.\S+|\[[^\]]*\]")  # and what stands for a secret (R17)
#: A digit that stands for a letter, within a word or before one: "bta3i", "7aga".
_CHAT_DIGIT = re.compile(r"(?<!\w)(?:[a-z]+[2356789][a-z]+|[2356789][a-z]{2,})")
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
            table("weights"),
            table("priors"),
            classes,
            memoryview(table("moves").data),
            output,
            norm_probs=True,
            tk_row=row,
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


def language_of(understood: Understanding, before: str | None = None, page: str | None = None) -> str | None:
    """The language of a message, without what was read as a name or an address; as `identify`."""
    text = understood.kept
    for value in (understood.name, understood.email):
        if value:
            text = text.replace(value, " " * len(value))
    for part in reversed(understood.read):
        if part.kind == "contact_data":
            text = f"{text[: part.start]} {text[part.end :]}"
    return identify(text, before, page)


def identify(text: str, before: str | None = None, page: str | None = None) -> str | None:
    """The language of `text` (ISO 639-1), None where its words do not suffice. `before`: the language of what was said
    earlier, which few words confirm and only plain ones overrule; `page`: that of the page, where nothing was said."""
    bare = " ".join(dict.fromkeys(_WORD.findall(_ADDRESS.sub(" ", text[:_LONGEST]))))  # said again is no more told
    if len(bare) < 2:
        return None
    if _is_arabic_in_latin_letters(text, bare):
        return "ar"
    ranked = dict(_identifier().rank(bare))
    best = max(ranked, key=lambda code: ranked[code])
    known = before or page
    if known is not None and ranked.get(known, 0.0) >= _STAYS:
        return known if best == known else None if before else _by_own_words(bare, ranked, known)
    words = bare.count(" ") + 1
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in bare if c != " ")
    scripted = latin < len(bare.replace(" ", "")) / 2
    needed = _SURE_BY_SCRIPT if scripted else _SURE[min(words, len(_SURE)) - 1]
    kin = next((group for group in _KIN if best in group and known not in group), (best,))
    if sum(ranked[code] for code in kin) >= needed:
        return str(best)
    by_phrases = _by_phrases(text) if words <= _FEW else None
    return by_phrases or (None if before else _by_own_words(bare, ranked, page))


def _is_arabic_in_latin_letters(text: str, bare: str) -> bool:
    """ "3ayez a3raf el shipping kam yom": words of ours that no other language has, beside digits that stand for
    letters, or as half of the words."""
    words = own_words.words_in(bare)
    told = own_words.told_by(words)
    if told.keys() != {"ar"} or not bare.isascii():
        return False
    return bool(_CHAT_DIGIT.search(text[:_LONGEST].lower())) or told["ar"] >= max(2, len(words) / 2)


def _by_phrases(text: str) -> str | None:
    """The one language in which a short text is made of phrases that are known ("ticket aufmachen", "ja gern")."""
    low = plain(text)
    known = request_words.languages_of(low) | whole_answers.languages_of(low)
    return next(iter(known)) if len(known) == 1 and not all(map(is_word, _WORD.findall(low))) else None


def _by_own_words(bare: str, ranked: Mapping[str, float], page: str | None) -> str | None:
    """The one language that words tell, where nothing speaks against it ("versand schweiz"): half of them or more, or
    fewer where it is the likeliest language beside. English is not told so on a page in another language: goods have
    English names everywhere."""
    words = own_words.words_in(bare)
    told = own_words.told_by(words)
    if len(told) != 1:
        return None
    ((language, count),) = told.items()
    if language == "en" and page not in (None, "en"):
        return None
    if ranked[language] == max(ranked.values()):
        return language  # both say so
    return language if 2 * count >= len(words) and ranked[language] >= _NOT_AGAINST else None
