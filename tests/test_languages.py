"""What each language must hold, and what every shopper gets in theirs (`docs/languages.md`)."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from bot.chat.phrases import LOCALES, elsewhere, languages
from bot.evals.by_language import FOLDER as ROWS
from bot.evals.by_language import KINDS, figures, measure, rows_of
from bot.replay.rehearsal import Stagehand
from bot.settings import read_settings
from dialogue.understanding import contact_words, request_words
from dialogue.understanding.learned.lines import PROJECT, answer_lines, lines_of
from dialogue.understanding.rules import understand_anew
from dialogue.understanding.text import plain
from dialogue.understanding.tongues import TOLD_APART, identify
from dialogue.understanding.word_files import FOLDER as WORDS
from dialogue.understanding.word_files import sections
from dialogue.vocabulary import Answer, IntentName
from kb_answers.library import ARTICLES, outdated, read_library, translations
from tests.conftest import ROOT

VALUES = {"support_email": "support@example.com", "hours": "Mon-Fri 09:00-17:00"}
SPOKEN = sorted(languages())


@pytest.fixture(scope="module")
def hand() -> Stagehand:
    return Stagehand(read_settings(hours="Mon-Fri 09:00-17:00 UTC"))


@pytest.mark.parametrize("language", SPOKEN)
def test_a_language_lacks_nothing(language: str) -> None:
    words = ROOT / "dialogue" / "understanding"
    for path in (
        words / "words" / "contact" / f"{language}.txt",
        words / "words" / "distress" / f"{language}.txt",
        words / "words" / "requests" / f"{language}.txt",
        words / "words" / "identifiers" / f"{language}.txt",
        words / "words" / "topics" / f"{language}.txt",
        words / "words" / "follow_ups" / f"{language}.txt",
        words / "words" / "agreement" / f"{language}.txt",
        ARTICLES / "topics" / f"{language}.yml",
        PROJECT / "data" / f"{language}.yml",
        ROWS / f"{language}.tsv",
    ):
        assert path.exists(), f"{language} lacks {path.relative_to(ROOT)}"
    assert set(sections(words / "words" / "contact" / f"{language}.txt", contact_words.SECTIONS)) == set(
        contact_words.SECTIONS
    )
    known = (*request_words.WORDS, *request_words.SENTENCES)
    assert set(sections(words / "words" / "requests" / f"{language}.txt", known)) == set(known)
    assert {label for label, _ in lines_of(PROJECT / "data" / f"{language}.yml")} == {str(n) for n in IntentName}
    assert {row.kind for row in rows_of(language)} == set(KINDS)


#: What the words for requests say of a sentence, and how many of the sentences at least: whatever they do not tell is
#: weighed by the heads, so they may miss some; what they tell wrongly, nothing sets right.
REQUESTS: dict[str, tuple[Callable[[str], bool], float]] = {
    "is a wish": (lambda low: request_words.find_wish(low) is not None, 0.85),
    "is no wish": (lambda low: request_words.find_wish(low) is None, 1),
    "is a refusal": (lambda low: request_words.find_wish(low) is None, 1),
    "is taken back": (request_words.takes_back, 1),
    "is not taken back": (lambda low: not request_words.takes_back(low), 1),
    "is a dispute": (request_words.disputes, 1),
    "is no dispute": (lambda low: not request_words.disputes(low), 1),
}


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("language", SPOKEN)
def test_words_for_requests_tell_what_they_should_and_nothing_else(language: str, kind: str) -> None:
    told = sections(WORDS / "requests" / f"{language}.txt", (*request_words.WORDS, *request_words.SENTENCES))[kind]
    holds, least = REQUESTS[kind]
    wrong = [sentence for sentence in told if not holds(plain(sentence))]
    assert len(told) >= 20 and len(wrong) <= (1 - least) * len(told) + 1e-9, wrong


def test_a_wish_is_cut_out_with_what_belongs_to_it_and_nothing_else() -> None:
    text = "die lampe ist kaputt, bitte machen sie mir dafür ein ticket auf. meine katze auch"
    wish = request_words.find_wish(text)
    assert wish and text[slice(*wish.whole)] == "bitte machen sie mir dafür ein ticket auf"


@pytest.mark.parametrize("language", SPOKEN)
def test_every_article_is_translated_up_to_date_and_says_no_more_and_no_less(language: str) -> None:
    originals = {a.id: a for a in read_library(ARTICLES, VALUES)}
    translated = {a.id: a for a in translations(ARTICLES, VALUES)[language]}
    assert translated.keys() == originals.keys()
    assert not outdated(originals.values(), translated.values())
    for id, article in translated.items():
        assert len(article.passages) == len(originals[id].passages), id
        for number in ("60", "24-48", "6 to 12", "USD"):
            if number in " ".join(originals[id].passages):
                parts = number.split(" to ")
                assert all(part.replace("-", "") in _digits(" ".join(article.passages)) for part in parts), (id, number)


def _digits(text: str) -> str:
    return text.replace("-", "").replace("–", "").replace("\u2011", "").replace("دولار", "USD")


def test_no_row_to_measure_on_is_a_training_line() -> None:
    lines = {text.lower() for path in (PROJECT / "data").glob("*.yml") for _, text in lines_of(path)}
    lines |= {text.lower() for _, text in answer_lines()}
    told = [row.text for lang in SPOKEN for row in rows_of(lang) if len(row.text.split()) >= 5]
    assert not [text for text in told if text.lower() in lines]


def test_the_sentence_for_the_rest_of_the_world_is_whole_wherever_it_is() -> None:
    sentences = orjson.loads((LOCALES / "elsewhere" / "sentences.json").read_bytes())
    assert set(TOLD_APART) - {"en", *SPOKEN} == set(sentences)
    for code, sentence in sentences.items():
        assert sentence.count("{support_email}") == 1 and sentence.count("Yes, open a ticket") == 1, code
        assert elsewhere(code, "a@b.example") == sentence.replace("{support_email}", "a@b.example")
    assert elsewhere("de", "a@b.example") is None is elsewhere("xx", "a@b.example")


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("wo bleibt denn mein Paket, ich warte seit zwei Wochen", None, "de"),
        ("wo bleibt denn mein Paket, ich warte seit zwei Wochen", "en", "de"),
        ("lo he pedido hace tres semanas y sigo esperando", "de", "es"),
        ("أريد إرجاع المنتج لأنه مكسور", "en", "ar"),
        ("何日で届きますか", "en", "ja"),
        ("versand schweiz", None, "de"),
        ("lieferung kaputt", None, "de"),
        ("envío méxico", None, "es"),
        ("versand schweiz", "fr", None),
        ("3ayez a3raf el shipping kam yom", None, "ar"),
        ("wen el talab taba3i ta2akhar", "en", "ar"),
        ("my mp3 player h2o 3rd one", None, "en"),
        ("bestelling kapot", None, None),
        ("reso gratuito", None, None),
        ("ok", "de", None),
        ("ok", None, None),
        ("Olu Adebayo", "en", None),
        ("jane@mail.example", "de", None),
        ("4711", None, None),
        ("[card number removed]", "de", None),
    ],
)
def test_a_language_is_told_from_words_where_they_suffice(text: str, before: str | None, language: str | None) -> None:
    assert identify(text, before) == language


@pytest.mark.parametrize("text", ["até logo", "hasta luego", "bis später", "à bientôt", "see you later", "مع السلامة"])
def test_a_goodbye_is_no_consent(text: str) -> None:
    assert understand_anew(text, "offer").answer is not Answer.AFFIRM


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("versand schweiz", "fr", "de"),
        ("iphone charger cable", "de", None),
        ("where is my parcel, I have waited for two weeks", "de", "en"),
        ("ok", "de", None),
        ("Olu Adebayo", "de", None),
    ],
)
def test_the_language_of_the_page_overrules_no_words(text: str, page: str, language: str | None) -> None:
    assert identify(text, page=page) == language


@pytest.mark.parametrize("language", SPOKEN)
async def test_shoppers_are_served_in_their_language(hand: Stagehand, language: str) -> None:
    """Floors below what is measured (`docs/languages.md`); no refusal is ever taken for consent."""
    found = figures(await measure(language, hand))
    assert found["refusals taken for consent"] == 0
    assert found["issues that reach a ticket with their reason"] >= 0.95
    assert found["intents, macro-F1"] >= 0.8
    assert found["questions answered by the right article"] >= 0.5
    assert found["questions answered by a wrong one"] <= 0.05
    assert found["silent where no article answers"] >= 0.9
    assert found["names read"] >= 0.75


async def test_a_chat_may_change_its_language_and_loses_nothing(hand: Stagehand) -> None:
    chat = hand.begin(locale="de")
    await chat.say("Ich möchte ein Ticket aufmachen, die Lampe ist zerbrochen angekommen")
    assert chat.turns[-1].text.startswith("Für das Ticket")
    await chat.say("sorry, I would rather go on in English please, my name is Jane Doe")
    assert chat.turns[-1].text.startswith("To open the ticket") or chat.turns[-1].text.startswith("For the ticket")
    await chat.say("jane@mail.example")
    (ticket,) = chat.state.tickets
    assert ticket.name == "Jane Doe" and "die Lampe ist zerbrochen" in ticket.reason
    assert chat.state.language == "en" and not chat.violations()


async def test_a_page_of_one_language_and_a_shopper_of_another(hand: Stagehand) -> None:
    chat = hand.begin(locale="en")
    await chat.say("la bouilloire que j'ai reçue fuit de partout")
    offer = chat.turns[-1]
    assert chat.state.language == "fr" and offer.choices == ("Oui, créer un ticket", "Non, merci")
    await chat.say("ok")
    assert chat.state.language == "fr", "too little to say another language"


TWENTY = {
    "it": "il mio pacco è arrivato rotto e non so cosa fare",
    "nl": "mijn pakket is kapot aangekomen en ik wacht al weken",
    "pl": "moja paczka przyszła uszkodzona i nikt nie odpowiada",
    "tr": "kargom kırık geldi ve kimse cevap vermiyor",
    "ru": "моя посылка пришла разбитой и никто не отвечает",
    "uk": "моя посилка прийшла розбитою і ніхто не відповідає",
    "ja": "荷物が壊れて届きました。どうすればいいですか",
    "ko": "택배가 파손된 상태로 도착했어요",
    "zh": "我的包裹到的时候已经坏了",
    "hi": "मेरा पार्सल टूटा हुआ आया है",
    "bn": "আমার পার্সেল ভাঙা অবস্থায় এসেছে",
    "th": "พัสดุของฉันมาถึงในสภาพแตกหัก",
    "vi": "kiện hàng của tôi bị vỡ khi giao đến",
    "id": "paket saya datang dalam keadaan rusak parah",
    "el": "το δέμα μου ήρθε σπασμένο και δεν απαντά κανείς",
    "he": "החבילה שלי הגיעה שבורה ואף אחד לא עונה",
    "sv": "mitt paket kom trasigt och ingen svarar mig",
    "fi": "pakettini saapui rikki eikä kukaan vastaa",
    "cs": "můj balík přišel rozbitý a nikdo neodpovídá",
    "ro": "coletul meu a ajuns spart și nu răspunde nimeni",
    "hu": "a csomagom törötten érkezett és senki nem válaszol",
    "fa": "بسته من شکسته رسید و کسی جواب نمی‌دهد",
}


@pytest.mark.parametrize("language", sorted(TWENTY))
async def test_nobody_in_the_world_is_left_without_a_way(hand: Stagehand, language: str) -> None:
    """R13: what is told in a language that nobody here speaks is offered a ticket by button, in the very words told."""
    chat = hand.begin()
    await chat.say(TWENTY[language])
    said = [t for t in chat.turns if t.who == "bot"]
    assert chat.state.language == language
    assert said[0].text.startswith(elsewhere(language, chat.support_email) or "?")
    assert said[-1].choices == ("Yes, open a ticket", "No, thanks")
    await chat.say("Yes, open a ticket")
    await chat.say("Robin Castell, robin@mail.example")
    (ticket,) = chat.state.tickets
    assert ticket.reason == TWENTY[language]
    assert not chat.violations()


async def test_the_approved_answer_and_an_article_in_a_strangers_language(hand: Stagehand) -> None:
    """R14: said as it was approved, with nothing before it. R15: an article that is not translated is quoted whole."""
    chat = hand.begin()
    await chat.say("come posso contattare il vostro servizio clienti per telefono?")
    (contact,) = (t for t in chat.turns if t.act == "contact")
    assert contact.text.startswith("You can contact support at") and not chat.violations()
    asks = hand.begin()
    await asks.say("quanto tempo ho per restituire un articolo che non mi piace?")
    (answer,) = (t for t in asks.turns if t.act == "answer")
    assert answer.text.endswith(answer.sources[0].passage) and not asks.violations()


async def test_whoever_cannot_tell_the_language_costs_no_message(
    hand: Stagehand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("py3langid.langid.LanguageIdentifier.rank", lambda self, text: 1 / 0)
    chat = hand.begin(locale="de")
    await chat.say("my lamp came broken in two pieces")
    assert chat.turns[-1].text == "Möchten Sie, dass ich dafür ein Support-Ticket anlege?"


async def test_marks_of_direction_are_in_nothing_that_is_stored(hand: Stagehand) -> None:
    chat = hand.begin()
    await chat.say(
        "\u200f\u0627\u0641\u062a\u062d \u062a\u0630\u0643\u0631\u0629 \u0644\u0648 \u0633\u0645\u062d\u062a\u200f"
    )
    await chat.say("my name is \u202eJane Doe\u202c, \u2067jane@mail.example\u2069, the lamp \u2066broke\u2069 in two")
    (ticket,) = chat.state.tickets
    assert (ticket.name, ticket.email) == ("Jane Doe", "jane@mail.example") and "the lamp broke in two" in ticket.reason
    stored = repr([t.text for t in chat.turns] + [str(chat.state)])
    assert not [
        mark for mark in ("\u200f", "\u202e", "\u202c", "\u2066", "\u2067", "\u2069") if ascii(mark)[1:-1] in stored
    ]
