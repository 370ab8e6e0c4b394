"""What a shopper says of whom just a signal, an answer or a name was understood, in the six languages: the referee's
second pair of eyes sees words, and the bot answers in the language that they are in."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.vocabulary import Answer, Signal

_ORDER = (
    Signal.WANTS_TICKET, Signal.ANOTHER_TICKET, Signal.ABOUT_THAT, Signal.UNHELPED, Signal.CANCELS, Signal.FOLLOWS_UP,
    Signal.ASKS_UPDATE, Signal.ASKS_CONTACT, Signal.DISPUTES, Signal.WANTS_REVIEW, Signal.CHATS, Signal.THANKS,
    Signal.GOODBYE, Signal.GREETING, Signal.IN_DANGER, Signal.ABUSES,
)  # fmt: skip
_SAID = {
    "en": (
        "open a ticket please", "another ticket", "about that", "that did not help", "never mind", "follow up please",
        "what about my ticket?", "how do I contact you?", "I disagree", "review it", "you are funny", "thanks", "bye",
        "hello", "I want to die", "you idiot",
    ),
    "de": (
        "bitte ein Ticket aufmachen", "ein weiteres Ticket", "dazu", "das hat nicht geholfen", "vergessen Sie es",
        "bitte nachfassen", "was ist mit meinem Ticket?", "wie erreiche ich Sie?", "ich bin nicht einverstanden",
        "bitte prüfen Sie das noch einmal", "Sie sind lustig", "danke", "tschüss", "guten Tag", "ich will sterben",
        "du Idiot",
    ),
    "fr": (
        "ouvrez un ticket s'il vous plaît", "un autre ticket", "à ce sujet", "cela ne m'a pas aidé", "laissez tomber",
        "relancez s'il vous plaît", "où en est mon ticket ?", "comment vous contacter ?", "je ne suis pas d'accord",
        "réexaminez cela", "vous êtes drôle", "merci", "au revoir", "bonjour", "je veux mourir", "espèce d'idiot",
    ),
    "es": (
        "abra un ticket por favor", "otro ticket", "sobre eso", "eso no me ayudó", "déjelo",
        "haga seguimiento por favor",
        "¿qué pasa con mi ticket?", "¿cómo los contacto?", "no estoy de acuerdo", "revísenlo", "qué gracioso eres",
        "gracias", "adiós", "hola", "quiero morir", "eres un idiota",
    ),
    "pt": (
        "abra um chamado por favor", "outro chamado", "sobre isso", "isso não ajudou", "deixa pra lá",
        "acompanhe isso por favor", "e o meu chamado?", "como falo com vocês?", "não concordo", "revisem isso",
        "você é engraçado", "obrigado", "tchau", "olá", "quero morrer", "seu idiota",
    ),
    "ar": (
        "افتح تذكرة من فضلك", "تذكرة أخرى", "بخصوص ذلك", "هذا لم يساعدني", "لا تهتم", "تابعوا من فضلكم",
        "ماذا عن تذكرتي؟",
        "كيف أتواصل معكم؟", "لا أوافق", "راجعوا ذلك", "أنت مضحك", "شكرا", "مع السلامة", "مرحبا",
        "أريد أن أموت", "يا غبي",
    ),
}  # fmt: skip
LANGUAGES = tuple(_SAID)
WISHES: Mapping[str, Mapping[Signal, str]] = {
    language: dict(zip(_ORDER, said, strict=True)) for language, said in _SAID.items()
}
ANSWERS: Mapping[str, Mapping[Answer, str]] = {
    language: {Answer.AFFIRM: yes, Answer.DENY: no}
    for language, yes, no in (
        ("en", "yes", "no"), ("de", "ja", "nein"), ("fr", "oui", "non"), ("es", "sí", "no"), ("pt", "sim", "não"),
        ("ar", "نعم", "لا"),
    )
}  # fmt: skip
#: Before a full name, and before one in passing.
NAMED: Mapping[str, tuple[str, str]] = {
    "en": ("my name is", "I'm"), "de": ("mein Name ist", "ich bin"), "fr": ("je m'appelle", "c'est"),
    "es": ("me llamo", "soy"), "pt": ("meu nome é", "sou"), "ar": ("اسمي", "أنا"),
}  # fmt: skip
