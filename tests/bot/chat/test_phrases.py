"""Every word the bot can say."""

from __future__ import annotations

import inspect
import pathlib
import re

import pytest
from babel import Locale

from bot.bootstrap import run_bot
from bot.chat.phrases import ENGLISH, FIELD_NAMES, catalogue, join_fields, language_of, languages, render
from bot.settings import read_settings
from bot.widget.joined import script
from dialogue import actions, attended, closing, evidence, published
from dialogue.referee.words import FIRST_ANSWER, SAME_THREAD, faults
from dialogue.vocabulary import Act

VALUES = {
    "answer": "An answer.",
    "missing": ("name", "email", "reason"),
    "reference": "AO-X-1",
    "name": "Jane",
    "agent": "Maya",
    "typed": "jane@gmial.com",
    "likely": "jane@gmail.com",
    "help": "Call 112.",
    "days": "2026-12-25",
    "most": "10",
    "question": "Which lamp?",
    "title": "Lamps",
    "link": "https://shop.example/help/lamps",
}


#: What no phrase may say, in each language: another ticket for an old matter (R11), a fourth field (R1), a confirmation
#: (R8), a promise or a status (R15).
FORBIDDEN: dict[str, dict[str, str]] = {
    "en": {
        "R11": r"re-?open|(open|create|file|submit|raise) (a|another) new ticket",
        "R1": r"order number|phone|telephone|photo|summary|more detail|characters|describe|category",
        "R8": r"shall i go ahead|is that correct|please confirm|do you confirm",
        "R15": r"on its way|arriv|guarantee|we promise|will be resolved|is being processed",
    },
    "de": {
        "R11": r"wieder ?er?öffnen|neues ticket|erneut (ein )?ticket",
        "R1": r"bestellnummer|telefon|foto|zusammenfassung|kategorie|beschreiben|genauer|zeichen lang",
        "R8": r"ist das (so )?richtig|stimmt das so|bitte bestätigen sie|soll ich fortfahren",
        "R15": r"unterwegs|garantier|versprech|wird gelöst|in bearbeitung|wird erstattet",
    },
    "fr": {
        "R11": r"rouvrir|réouvrir|nouveau ticket",
        "R1": r"numéro de commande|téléphone|photo|résumé|catégorie|décri|plus de détails|caractères",
        "R8": r"est-ce correct|confirmez|dois-je continuer",
        "R15": r"en route|garanti|promett|sera résolu|en cours de traitement|sera remboursé",
    },
    "es": {
        "R11": r"reabrir|nuevo ticket",
        "R1": r"número de pedido|teléfono|foto|resumen|categoría|descri|más detalles|caracteres",
        "R8": r"es correcto|confirme|continúo",
        "R15": r"en camino|garantiz|promet|se resolverá|en proceso|será reembolsado",
    },
    "pt": {
        "R11": r"reabrir|novo ticket",
        "R1": r"número d[ae] encomenda|número do pedido|telefone|foto|resumo|categoria|descre|mais detalhes|caracteres",
        "R8": r"está correto|confirme|devo continuar",
        "R15": r"a caminho|garant|promet|será resolvido|em processamento|será reembolsado",
    },
    "ar": {
        "R11": r"إعادة فتح|تذكرة جديدة",
        "R1": r"رقم الطلب|هاتف|صورة|ملخص|فئة|تفاصيل أكثر",
        "R8": r"هل هذا صحيح|يرجى التأكيد|أكّد",
        "R15": r"في الطريق|نضمن|نعد|سيُحل|قيد المعالجة",
    },
}
LANGUAGES = ["en", *sorted(languages())]


def words_of(phrase: str, language: str) -> str:
    return render(phrase, VALUES, support_email="support@example.com", language=language)


def test_every_language_is_complete_and_says_nothing_else() -> None:
    assert set(FORBIDDEN) == set(LANGUAGES)
    words = script().split("const ENGLISH = {")[1].split("};")[0]
    words = re.sub(r": {.*?}(?=,)", ': "forms"', words)
    english = set(re.findall(r"(?:^|, )\s*(\w+): \"", words, re.M))
    assert len(english) > 25
    for language in languages():
        found = catalogue(language)
        assert set(found["bot"]) == set(ENGLISH) - {"contact"}, language
        assert set(found["fields"]) == {*FIELD_NAMES} and found["direction"] in ("ltr", "rtl") and found["name"]
        assert set(found["widget"]) == english, language
        for phrase, text in found["bot"].items():
            gaps = set(re.findall(r"{(\w+)}", ENGLISH[phrase]))
            assert set(re.findall(r"{(\w+)}", text)) == gaps, f"{language} {phrase}"


@pytest.mark.parametrize("phrase", sorted(ENGLISH))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_breaks_a_rule(phrase: str, language: str) -> None:
    words = words_of(phrase, language)
    assert words and "{" not in words
    for rule, forbidden in FORBIDDEN[language].items():
        assert not re.search(forbidden, words, re.I), rule
    if language != "en" and phrase not in ("contact", "answer", "choice_address"):
        assert words != words_of(phrase, "en"), "not translated"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_approved_contact_answer_in_every_language_is_the_approved_one(language: str) -> None:
    """R14: until a shop approves a translation."""
    assert words_of("contact", language) == words_of("contact", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_referee_finds_nothing_in_any_language(language: str) -> None:
    """Tickets are told with reference, time and, for a dispute, the review and its thread; ways out name the support
    email."""
    for phrase in ENGLISH:
        act = (
            phrase
            if phrase in set(Act)
            else next((a for a in sorted(Act, key=len, reverse=True) if phrase.startswith(a)), "clarify")
        )
        assert list(faults(act, words_of(phrase, language), "support@example.com")) == [], phrase
    for phrase in ("ticket_filed", "ticket_saved", "ticket_filed_dispute", "ticket_saved_dispute"):
        words = words_of(phrase, language)
        assert "AO-X-1" in words and FIRST_ANSWER.search(words), phrase
        assert bool(SAME_THREAD.search(words)) == phrase.endswith("dispute"), phrase
    for phrase in ("update_redirect", "update_redirect_known", "give_email", "goodbye_open", "contact"):
        assert "support@example.com" in words_of(phrase, language), phrase


TOLD = {
    "de": ("meine Lampe ist kaputt angekommen", "mir wurden die Tassen doppelt abgebucht"),
    "fr": ("ma lampe est arrivée cassée", "on m'a débité deux fois pour les tasses"),
    "es": ("mi lámpara llegó rota", "me cobraron dos veces las tazas"),
    "pt": ("minha luminária chegou quebrada", "me cobraram duas vezes pelas canecas"),
    "ar": ("وصل المصباح مكسورًا", "تم خصم ثمن الأكواب من حسابي مرتين"),
}


@pytest.mark.parametrize("language", sorted(languages()))
async def test_a_whole_conversation_in_each_language(language: str, tmp_path: pathlib.Path) -> None:
    """The fixed phrases speak it; what is told, a tapped choice and a plain yes or no are understood in it."""
    own = catalogue(language)
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/talk.db", support_email="support@example.com")
    async with run_bot(settings) as bot:
        for yes, no in (
            (own["bot"]["choice_yes"], own["bot"]["choice_no"]),
            (own["answers"]["yes"][1] + "!", own["answers"]["no"][0]),
        ):
            conversation, _ = await bot.hub.begin(locale=f"{language}-XX")
            await conversation.hear("1", TOLD[language][0])
            await conversation.hear("2", no)
            await conversation.hear("3", TOLD[language][1])
            await conversation.hear("4", yes)
            await conversation.hear("5", "Jane Doe, jane@example.com")
            turns = [
                t
                for t in await conversation.turns_after(0)
                if t.who == "bot" and t.act not in ("answer", "ticket_filed")
            ]
            assert [t.act for t in turns] == ["offer_ticket", "declined", "offer_ticket", "ask"]
            assert turns[0].text == own["bot"]["offer_ticket"] and turns[0].choices == (
                own["bot"]["choice_yes"],
                own["bot"]["choice_no"],
            )
            assert own["fields"]["email"] in turns[3].text and len(conversation.state.tickets) == 1


def test_a_locale_speaks_its_language_and_an_unknown_one_english() -> None:
    assert [language_of(x) for x in ("de-AT", "pt_BR", "AR", "fr", "en-GB", "xx", "", None, "../etc")] == [
        "de", "pt", "ar", "fr", "en", "en", "en", "en", "en",
    ]  # fmt: skip
    fields = ("name", "email", "reason")
    assert (
        join_fields(fields, language="de")
        == "Ihren vollständigen Namen, Ihre E-Mail-Adresse und den Grund des Anliegens"
    )
    assert join_fields(("name", "size"), {"size": "die Größe"}, "de").endswith("und die Größe")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "your full name, your email address and the reason for the issue"),
        ("de", "Ihren vollständigen Namen, Ihre E-Mail-Adresse und den Grund des Anliegens"),
        ("fr", "votre nom complet, votre adresse e-mail et le motif de votre demande"),
        ("es", "su nombre completo, su dirección de correo electrónico y el motivo de la consulta"),
        ("pt", "o seu nome completo, o seu endereço de e-mail e o motivo do pedido"),
        ("ar", "اسمك الكامل وعنوان بريدك الإلكتروني وسبب الطلب"),
    ],
)
def test_a_list_is_written_as_its_language_writes_lists(language: str, written: str) -> None:
    fields = ("name", "email", "reason")
    assert join_fields(fields, language=language) == written
    assert written in render("ask", {"missing": fields}, support_email="s@example.com", language=language)
    assert join_fields(("email",), language=language) in written and join_fields((), language=language) == ""


@pytest.mark.parametrize("language", sorted(languages()))
def test_a_number_and_its_noun_have_every_form_of_the_language(language: str) -> None:
    """The forms are CLDR's, so that the browser's own rules find each; every number is in the words, or told by the
    form itself (one, two, none)."""
    forms = catalogue(language)["widget"]["unread"]
    form_of = Locale.parse(language).plural_form
    assert set(forms) == {form_of(n) for n in range(1000)}
    spoken = {n: forms[form_of(n)].replace("{count}", str(n)) for n in range(1000)}
    assert len(set(spoken.values())) >= 1000 - 3 and "{" not in "".join(spoken.values())
    for form, words in forms.items():
        assert "{count}" in words or (language == "ar" and form in ("zero", "one", "two")), (language, form)


def test_the_approved_contact_answer_to_the_letter() -> None:
    assert render("contact", {}, support_email="help@shop.example") == (
        "You can contact support at help@shop.example or open a support ticket through the helpdesk. If live chat "
        "offers escalation, provide your full name, email address, and the reason for the issue."
    )


def test_ways_out_name_the_support_email() -> None:
    for phrase in ("update_redirect", "update_redirect_known", "give_email", "goodbye_open", "contact"):
        assert "support@example.com" in render(phrase, VALUES, support_email="support@example.com")


def test_tickets_are_told_with_reference_and_time() -> None:
    for phrase in ("ticket_filed", "ticket_saved", "ticket_filed_dispute", "ticket_saved_dispute"):
        words = render(phrase, VALUES, support_email="s@example.com")
        assert "AO-X-1" in words and "24-48 hours" in words
        assert ("independent review" in words and "same case thread" in " ".join(words.split())) == phrase.endswith(
            "dispute"
        )


def test_every_phrase_the_table_uses_is_there_and_none_is_left_over() -> None:
    source = "\n".join(inspect.getsource(module) for module in (actions, attended, closing, evidence, published))
    used = set(re.findall(r'Say\(\s*Act\.\w+,\s*"(\w+)"', source)) | set(re.findall(r'"(choice_\w+)"', source))
    used |= set(re.findall(r'Announce\("(\w+)"', source))
    made = {
        *("invalid_", "unusable_", "offer_stands", "ticket_filed", "ticket_saved", "greet", "noted", "all_right"),
        *("clarify", "update_redirect", "did_you_mean", "danger_help"),
        *("mail_", "hours_"),  # beside the chat: a mail, and what its head says of the hours
        "file_",  # why a file is not taken: the answer to an upload
        "untranslated",  # before a quoted article
    }
    for phrase in used:
        assert phrase in ENGLISH
    left = {p for p in ENGLISH if p not in used and not any(p.startswith(m) for m in made)}
    assert not left


def test_fields_are_listed_in_english() -> None:
    assert join_fields(("name",)) == "your full name"
    assert join_fields(("name", "email", "reason")) == "your full name, your email address and the reason for the issue"
