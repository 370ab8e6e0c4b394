"""Makes `given_names.txt`, `family_names.txt` and `words.txt` in this folder; run by hand, its output is committed.

    python dialogue/understanding/lexicons/make_lexicons.py /usr/share/hunspell/en_US.dic /usr/share/dict/american-english-small

Names come from Faker's providers (MIT licence), all locales, case-folded, single tokens. Words are the lower-case
entries of the hunspell English dictionary (SCOWL, a permissive licence that asks for its notice to be kept, see
`NOTICE`), each reduced to its Snowball stem, so that "waiting" and "waited" are one line. `everyday.txt` holds those names
that are also words of the small list (SCOWL size 35 and below): "rose" and "price" are, "john" and "gilbert" are not.
"""

from __future__ import annotations

import pathlib
import sys
import unicodedata

import Stemmer
from faker import Faker
from faker.config import AVAILABLE_LOCALES

HERE = pathlib.Path(__file__).parent


def tokens(names: object) -> set[str]:
    """Case-folded single tokens of a provider's table (a sequence, or a mapping to weights)."""
    found: set[str] = set()
    for name in names or ():  # type: ignore[attr-defined]
        if isinstance(name, str):
            for token in name.replace(".", " ").split():
                token = unicodedata.normalize("NFC", token.casefold().strip("'-"))
                if len(token) >= 2 and all(
                    c.isalpha() or unicodedata.category(c)[0] == "M" or c in "'’-" for c in token
                ):
                    found.add(token)
    return found


def main(dictionary: str, small: str) -> None:
    given: set[str] = set()
    family: set[str] = set()
    for locale in sorted(AVAILABLE_LOCALES):
        for provider in Faker(locale).get_providers():
            if not provider.__provider__.endswith("person"):
                continue
            for attribute in dir(provider):
                table = getattr(provider, attribute)
                if not isinstance(table, (tuple, list, dict)) or "prefix" in attribute or "suffix" in attribute:
                    continue
                if attribute.startswith(("first_name", "middle_name")):
                    given |= tokens(table)
                elif attribute.startswith("last_name"):
                    family |= tokens(table)
    latin_given = {n for n in given if n[0] < "ʰ"}
    latin_family = {n for n in family if n[0] < "ʰ"} - latin_given
    for language, names in (("given", latin_given), ("family", latin_family)):
        (HERE / f"{language}_names.txt").write_text("\n".join(sorted(names)) + "\n", encoding="utf-8")
    stem = Stemmer.Stemmer("english").stemWord
    stems = set()
    for line in pathlib.Path(dictionary).read_text(encoding="utf-8", errors="replace").splitlines()[1:]:
        word = line.split("/")[0]
        if word.isascii() and word.isalpha() and word.islower() and len(word) >= 2:
            stems.add(stem(word))
    (HERE / "words.txt").write_text("\n".join(sorted(stems)) + "\n", encoding="utf-8")
    common = {
        word
        for word in pathlib.Path(small).read_text(encoding="utf-8").split()
        if word.isascii() and word.isalpha() and word.islower() and word in latin_given | latin_family
    }
    (HERE / "everyday.txt").write_text("\n".join(sorted(common)) + "\n", encoding="utf-8")
    print(f"{len(latin_given)} given names, {len(latin_family)} family names, {len(stems)} word stems")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
