"""What tells who somebody is, by its form, and the names that are invented in the place of real ones: data alone.

Streets, postal codes, order numbers, words before a name. `bot.replay.pseudonyms` puts one for the other.
"""

from __future__ import annotations

import re

from dialogue.understanding.text import NAME_TOKEN, TITLES

#: Given and family names by script; a person is the next pair of them.
POOLS = {
    "LATIN": (
        "Robin Alex Kim Toni Noa Sasha Charlie Jules Remy Quinn Eden Rowan",
        "Tanner Morgan Larsen Weber Rivers Hale Lund Moreno Keller",
    ),
    "CYRILLIC": ("Саша Женя Валя", "Волков Орлов Зимин"),
    "GREEK": ("Αλέξης Μαρία Χάρις", "Νικολάου Παππά Λάμπρου"),
    "ARABIC": ("نور سامي ريم", "حداد منصور خليل"),
    "HEBREW": ("נועם טל שחר", "לוי כהן ברק"),
    "CJK": ("林明 王芳 李安", "林明 王芳 李安"),
    "HIRAGANA": ("さとう たなか もり", "はる みお あおい"),
    "KATAKANA": ("サトウ タナカ モリ", "ハル ミオ アオイ"),
    "HANGUL": ("김하늘 이수민 박지우", "김하늘 이수민 박지우"),
    "DEVANAGARI": ("आशा रवि किरण", "वर्मा जोशी नायर"),
    "THAI": ("สมชาย มานี อรุณ", "ใจดี รักดี แสงทอง"),
}
#: What an address of a street is made of in its place.
STREETS = ("Linden", "Harbour", "Meadow", "Orchard", "Station", "Garden")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_W = rf"(?:{NAME_TOKEN})"
#: What a street is called by, in the languages spoken here: before its name, after it, or grown together with it.
_AFTER = "street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|terrace|highway|hwy|parkway"
_AFTER_CAPITAL = "Drive|Court|Square|Place|Way|Close"
_BEFORE = (
    "rue|avenue|boulevard|chemin|impasse|allée|quai|calle|avenida|avda|paseo|plaza|carrer|"
    "rua|travessa|alameda|praça|viale|piazza|شارع"
)
_GROWN = "straße|strasse|str|weg|gasse|platz|allee|damm|ufer|straat|laan|plein|gracht"
STREET = (
    re.compile(rf"(?P<a>\b\d{{1,5}}[a-z]?,?\s+)(?P<name>(?:{_W}\s+){{1,3}}?)(?P<b>(?:{_AFTER})\b)", re.IGNORECASE),
    re.compile(rf"(?P<a>(?:\b\d{{1,5}}[a-z]?,?\s+)?)(?P<name>(?:[A-Z]\w+\s+){{1,3}}?)"
               rf"(?P<b>(?:{_AFTER.title()}|{_AFTER_CAPITAL})\b)"),
    re.compile(rf"(?P<a>(?:\b\d{{1,5}}\s?(?:bis|ter)?,?\s+)?\b(?:{_BEFORE})\.?\s+(?:d[eou]s?\s+(?:l[ao]s?\s+)?|d['’])?)"
               rf"(?P<name>{_W}(?:\s+{_W}){{0,2}})(?P<b>(?:,?\s*(?:n[.º°o]*\s*)?\d{{1,5}}[a-z]?)?\b)", re.IGNORECASE),
    re.compile(rf"(?P<a>\b)(?P<name>{_W}[ -]?)(?P<b>(?:{_GROWN})\b\.?(?:\s*\d{{1,5}}\s?[a-z]?\b)?)", re.IGNORECASE),
)  # fmt: skip
POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{4}\s?[A-Z]{2}|\d{5}(?:-\d{3,4})?)\b"
)
#: Words that no name of a person holds and that of a street may.
IN_STREETS = frozenset("old new great first last one two three".split())
#: Letters and digits grown together, as in order numbers, article numbers and tracking codes.
CODE = re.compile(
    r"(?<![\w@/.-])(?=[\w-]*[A-Z])(?=(?:[\w-]*?\d){2})(?!AO-REPLAY-)[A-Za-z0-9][A-Za-z0-9-]{3,}(?![\w@])", re.ASCII
)
LABELLED = re.compile(
    r"(?:#|\b(?:orders?|number|no|nr|ref|reference|tracking|invoice|account|customer|phone|tel|zip|postcode|"
    r"postal code|bestellung|bestellnummer|kundennummer|rechnung|plz|commande|facture|pedido|"
    r"número|factura|encomenda|fatura|رقم|طلب)\b)"
    r"\W{0,3}(?:(?:number|no|nr|is|ist|est|es|é)\b\W{0,3}){0,2}(?P<digits>\d[\d-]{1,})",
    re.IGNORECASE,
)
#: Words after which a name follows and hardly anything else, in the languages spoken here.
NAME_LABEL = re.compile(
    r"(?:\b(?:(?:full |first |last |family |customer )?name(?:'s)?|je m'appelle|me llamo|me chamo|ich hei(?:ß|ss)e|"
    r"(?:mon|le) nom|mi nombre|meu nome|(?:mein |vor|nach)name|nombre|nome|called|named|(?:best |kind )?regards|"
    rf"sincerely|grüßen?|cordialement|saludos|cumprimentos|{'|'.join(sorted(t for t in TITLES if len(t) > 1))})\b|اسمي)"
    r"[\s:=,.-]{0,4}(?:(?:is|ist|est|es|é|lautet)\b[\s:]{0,3})?(?=\S)",
    re.IGNORECASE,
)
RUN = re.compile(rf"{NAME_TOKEN}\.?(?:[ \t]+{NAME_TOKEN}\.?)*")
LONGEST_NAME = 4
#: After these a place is to be expected as much as a person.
PLACE_BEFORE = frozenset("to in from at near nach in aus bei à en de a em para إلى في من".split())
#: Words and numbers, as the look over what is left takes them.
PIECE = re.compile(rf"(?<![\w.])\d\.\d{{1,3}}(?![\w.])|[\w-]*\d[\w-]*|{NAME_TOKEN}")
