"""R6: a name whole, as the shopper wrote it, in every writing; and what is none in any language, least of all at an offer
(R7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.learned.lines import answer_lines, intent_lines
from dialogue.understanding.never_names import is_brand, is_place, is_small_word, speaks
from dialogue.understanding.rules import understand, understand_anew
from dialogue.validity import could_be_name
from dialogue.vocabulary import Signal

OFFER = "offer"
NAME = ("name",)

#: How it is written, and how it is kept.
WRITTEN = {
    "Nowak, Piotr": "Piotr Nowak",
    "O'Brien, Seán": "Seán O'Brien",
    "García Márquez, Gabriel": "Gabriel García Márquez",
    "van der Berg, Anna": "Anna van der Berg",
    "de Souza, Ana Beatriz": "Ana Beatriz de Souza",
    "Müller-Lüdenscheidt, Hans-Peter": "Hans-Peter Müller-Lüdenscheidt",
    "Kelly, James": "James Kelly",
    "Lee, Min-ho": "Min-ho Lee",
    "Martin Luther King, Jr.": "Martin Luther King, Jr.",
    "Robert Downey, Jr": "Robert Downey, Jr",
    "Olga Novak, PhD": "Olga Novak, PhD",
    'Anne "Annie" Smith': 'Anne "Annie" Smith',
    "Thomas «Tom» Weber": "Thomas «Tom» Weber",
    "William 'Bill' Gates": "William 'Bill' Gates",
    "Robert (Bob) Smith": "Robert (Bob) Smith",
    "Jennifer 8. Lee": "Jennifer 8. Lee",
    "J.R.R. Tolkien": "J.R.R. Tolkien",
    "Seo-ah Go": "Seo-ah Go",
    "Min-ji An": "Min-ji An",
    "Hieu Do": "Hieu Do",
    "Jane Doe 😊": "Jane Doe",
    "🌸 Mei Lin 🌸": "Mei Lin",
    '"Jane Doe"': "Jane Doe",
    "*Olga Novak*": "Olga Novak",
    "Jane Doe, spelled D-O-E": "Jane Doe",
}


@pytest.mark.parametrize(("written", "kept"), WRITTEN.items())
def test_a_name_is_kept_whole_however_it_is_written(written: str, kept: str) -> None:
    assert could_be_name(kept)
    assert understand(written, NAME).name == kept
    assert understand(f"my name is {written}").name == kept
    assert understand(f"{written}, x1y2@web.example", ("name", "email")).name == kept


@pytest.mark.parametrize(
    "written", ["Doe, John", "Robert (Bob) Smith", "Jane Doe 😊", "Henry Ford, Sr.", "Kelly, James"]
)
def test_written_so_it_is_a_name_nobody_asked_for_too(written: str) -> None:
    assert understand(written).name == {"Doe, John": "John Doe", "Kelly, James": "James Kelly"}.get(
        written, written.removesuffix(" 😊")
    )


@pytest.mark.parametrize("text", ["jane doe", "priya raghunathan", "maria garcia", "kemal yıldız", "mehmet yavuz"])
def test_a_bare_name_in_small_letters_that_nobody_asked_for(text: str) -> None:
    assert understand(text).name == text


@pytest.mark.parametrize(
    "name",
    ["محمد بن سلمان", "सुनीता देवी", "தமிழ் செல்வி", "山田太郎", "山田 太郎", "ᏣᎳᎩ ᎠᏓᎾ", "አበበ ቢቂላ", "ნინო ბერიძე", "Արամ Խաչատրյան", "ꦱꦸꦏ",
     "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "মিতা সেন", "김연아", "王小明", "איתן לוי", "สมชาย ใจดี", "ᠪᠠᠲᠤ", "Θεοδώρα Νικολάου", "𞤀𞤸𞤥𞤢𞤣 𞤄𞤢𞥄"],
)  # fmt: skip
def test_any_script_is_a_name_in_answer_to_the_question_for_it(name: str) -> None:
    assert understand(name, NAME).name == name
    told = understand(f"my name is {name}")
    assert name in (told.name, told.greeting_name)


@pytest.mark.parametrize(
    "text",
    [
        "Regards,\nOlga Novak\nAcme Tools",
        "my lamp is broken. Best regards,\nOlga Novak\nBrightline Ltd",
        "the lamp broke\nThanks\nOlga Novak | Brightline Studios",
        "Best,\nOlga Novak, Brightline GmbH",
        "Kind regards,\nBrightline Ltd\nOlga Novak",
        "Mit freundlichen Grüßen\nOlga Novak\nBrightline GmbH",
        "Cordialement,\nOlga Novak\nBrightline SARL",
    ],
)
def test_a_signature_names_the_person_and_not_the_company(text: str) -> None:
    assert understand(text).name == "Olga Novak"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I mean Janet Smith", "Janet Smith"),
        ("not Jane but Janet", "Janet"),
        ("Janet, not Jane", "Janet"),
        ("I'm not Jane, I'm Janet", "Janet"),
        ("it's Janet Smith not Jane Smith", "Janet Smith"),
        ("not Olga Novak, it's Ola Nowak", "Ola Nowak"),
        ("Janet Smith, sorry", "Janet Smith"),
        ("change the name to Janet Smith", "Janet Smith"),
        ("I'm Brian, Brian White", "Brian White"),
        ("first name Janet, last name Smith", "Janet Smith"),
    ],
)
@pytest.mark.parametrize("asked", [None, NAME])
def test_a_correction_gives_the_right_one(text: str, name: str, asked: object) -> None:
    assert understand(text, asked).name == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "blue not red",
        "it was Friday not Monday",
        "I want May not June",
        "not the lamp but the desk",
        "not today but tomorrow",
    ],
)
def test_what_is_put_right_is_not_always_a_name(text: str) -> None:
    assert understand(text).name is None and understand(text).greeting_name is None


#: What a name is asked or offered a ticket for, and what is said instead: no phrase of these stands in the sources.
REFUSED = {
    "de": ["auf gar keinen Fall", "bestimmt nicht", "Keine Ahnung", "das geht Sie nichts an"],
    "fr": ["pas maintenant", "non merci", "je ne veux pas", "laisse tomber"],
    "es": ["ahora no", "ni hablar", "para nada", "no hace falta"],
    "pt": ["agora não", "nem pensar", "de jeito nenhum", "não precisa"],
    "it": ["non adesso", "lascia perdere", "no grazie"],
    "nl": ["nee bedankt", "geen interesse", "liever niet"],
    "pl": ["nie dziękuję", "teraz nie", "nie chcę"],
    "cs": ["ne děkuji", "teď ne", "nechci"],
    "sv": ["nej tack", "inte nu", "ingen aning"],
    "da": ["nej tak", "ikke nu"],
    "fi": ["ei kiitos", "en halua"],
    "tr": ["hayır teşekkürler", "gerek yok", "istemiyorum"],
    "ru": ["не надо", "не сейчас", "отстань"],
    "uk": ["не треба дякую", "ні дякую"],
    "el": ["όχι τώρα", "δεν θέλω", "όχι ευχαριστώ"],
    "ar": ["لا أريد", "لا شكرا", "ليس الآن", "لا داعي"],
    "he": ["לא תודה", "לא עכשיו", "לא צריך"],
    "fa": ["نه ممنون", "لازم نیست"],
    "hi": ["नहीं चाहिए", "अभी नहीं", "नहीं धन्यवाद"],
    "id": ["tidak usah", "tidak terima kasih"],
    "vi": ["không cần", "không cảm ơn"],
    "th": ["ไม่ต้อง", "ไม่เอา"],
    "zh": ["不用了", "不需要", "别烦我"],
    "ja": ["結構です", "いいえ 結構です", "やめて"],
    "ko": ["아니요 괜찮아요", "싫어요", "필요 없어요"],
    "ro": ["nu mulțumesc", "nu acum"],
    "hu": ["nem köszönöm", "hagyjuk"],
    "en": ["no need", "none of your business", "why would you need that", "peace and quiet", "not my problem"],
}
COURTESIES = ["Merci", "Danke", "Bonjour", "Ciao", "Hola", "gracias", "спасибо", "شكرا", "ありがとう", "谢谢", "감사합니다",
              "Yepp", "thnks", "hellooo", "okey", "Indeed"]  # fmt: skip
SOLD = ["Ford Focus", "Toyota Corolla", "Mercedes Benz", "Vera Wang", "Calvin Klein", "Kate Spade bag", "Ralph Lauren polo", "Louis Vuitton",
        "Nintendo Switch", "IKEA", "Nike Air", "https", "www", "spelled J A N E", "Brightline Ltd"]  # fmt: skip
PLACES = ["New York", "Rio de Janeiro", "San Francisco", "London", "South Africa"]
PHRASES = [*(p for some in REFUSED.values() for p in some), *COURTESIES, *SOLD, *PLACES]


@pytest.mark.parametrize("text", PHRASES)
def test_none_of_these_is_a_name_asked_for_or_not(text: str) -> None:
    for asked in (None, NAME, ("name", "email", "reason")):
        assert understand(text, asked).name is None, asked


@given(
    st.lists(st.sampled_from(PHRASES), min_size=1, max_size=3),
    st.sampled_from([", ", ". ", "! ", "\n", " - "]),
    st.sampled_from([str, str.lower, str.title, str.upper]),
)
@settings(max_examples=max(300, settings().max_examples))
def test_no_heap_of_refusals_courtesies_brands_and_places_is_a_name_at_an_offer(
    parts: list[str], joint: str, case: type[str]
) -> None:
    found = understand_anew(case(joint.join(parts)), OFFER)
    assert found.name is None and found.greeting_name is None and found.email is None


@pytest.mark.parametrize(
    "text",
    ["I'm Petra Novak", "my name is Novak, Petra", "Petra Novak here", "yes, Petra Novak", "Thanks,\nPetra Novak"],
)
def test_at_an_offer_a_name_needs_a_sign_that_it_is_the_shoppers(text: str) -> None:
    assert understand(text, OFFER).name == "Petra Novak"


@pytest.mark.parametrize("text", ["I mean Calvin Klein", "not Calvin Klein but Paul Smith", "Ralph Lauren, sorry"])
def test_a_correction_at_an_offer_may_be_of_a_brand(text: str) -> None:
    assert understand(text, OFFER).name is None


def test_a_message_that_says_more_gives_only_a_name_that_is_known() -> None:
    for text in (
        "However, I forgot the code",
        "Sizes and prices",
        "Transactions on my card look odd. Please check this",
        "hello Riley",
        "I ordered in Feb",
    ):
        assert understand(text, NAME).name is None, text
    assert understand("Sukarno", NAME).name == "Sukarno"
    assert understand("Jane Doe, I live in London", NAME).name == "Jane Doe"


def test_a_family_name_may_be_a_make_and_a_first_name_too() -> None:
    assert understand("Mercedes Lopez", NAME).name == "Mercedes Lopez"
    assert understand("Harrison Ford", NAME).name == "Harrison Ford"
    assert is_brand(["Ford", "Focus"]) and not is_brand(["Mercedes", "Lopez"]) and is_place("New York")


def test_small_words_of_other_languages_are_told_from_names() -> None:
    assert is_small_word("keinen") and is_small_word("не") and not is_small_word("Sara") and not is_small_word("van")
    assert speaks(["auf", "keinen", "Fall"]) and not speaks(["Ludwig", "van", "Beethoven"])


@given(st.text(max_size=120), st.sampled_from([None, OFFER, NAME]))
@settings(max_examples=max(300, settings().max_examples))
def test_a_name_is_made_of_what_was_said(text: str, asked: object) -> None:
    name = understand_anew(text, asked).name  # type: ignore[arg-type]
    assert name is None or (could_be_name(name) and all(word in text for word in name.split()))


@pytest.mark.parametrize(
    "value", ["Jennifer 8. Lee", 'Anne "Annie" Smith', "Robert (Bob) Smith", "Martin Luther King, Jr."]
)
def test_such_writings_pass_the_trackers_own_look(value: str) -> None:
    assert could_be_name(value)


@pytest.mark.parametrize("value", ["Jane 8", "8. Lee", "Jane 88. Lee", "Room 12", '"', "Jane@Doe"])
def test_other_digits_do_not(value: str) -> None:
    assert not could_be_name(value)


#: Names of which no list holds the first word, or that are misspelt; alone, or in front of a number of something.
LOOKS = {
    "herrera anselmo": "herrera anselmo",
    "Benjjamin Corvino": "Benjjamin Corvino",
    "anvitha shetty": "anvitha shetty",
    "oyinda balogun, xk29dd1": "oyinda balogun",
    "tereza vondrackova, kj4471x": "tereza vondrackova",
    "olumide adeyemi 88231": "olumide adeyemi",
}
#: What has a name's shape, with words that some list of names holds, and is said in some language; none is a line that
#: the head was fitted to.
SAID = [
    "el asa se rompe", "nada todavía", "vino manchado", "otra consulta", "von wegen", "te aviso luego", "klinge stumpf",
    "lien du colis", "le tiroir coince", "pages arrachées", "man hört sich", "el ruido sigue", "una cosa", "lampe dunkel",
    "la vis tourne", "vino abierto", "max gewicht", "bon courage", "o fecho abriu", "nada funciona", "rosa escuro",
    "tela rachada",
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), LOOKS.items())
def test_a_name_is_told_by_its_looks_and_agrees_to_nothing_beside_an_offer(text: str, name: str) -> None:
    assert understand(text).name == name
    beside = understand(text, OFFER)
    assert (beside.name, beside.answer) == (name, None) and Signal.NAME_ASIDE in beside.signals


def test_what_is_said_is_hardly_ever_a_name_because_a_list_holds_a_word_of_it() -> None:
    """Before the head, twelve of these were names. "vino manchado" and "rosa escuro" still are."""
    fitted = {text.lower() for _, text in (*intent_lines(), *answer_lines())}
    assert not fitted.intersection(SAID)
    assert len([text for text in SAID if understand(text).name or understand(text, OFFER).name]) <= 2


def test_an_answer_that_holds_a_word_of_the_dictionary_is_a_name_where_it_looks_like_one() -> None:
    assert understand("mihal copper", NAME).name == "mihal copper"
    assert understand("mihal copper, m.c@web.example", ("name", "email")).name == "mihal copper"
    for text in ("wide fit", "red kettle", "blah banter"):
        assert understand(text, NAME).name is None, text
