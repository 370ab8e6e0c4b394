"""The closed sets of everyday words that the referee's second pair of eyes knows, in the six languages of the
catalogues.

Its own, on purpose: no reader, phrase or pattern of what it judges is shared. The sets are grammar and courtesy and
do not grow with what shoppers tell. A word that is missing mostly makes the eyes see less; of a wish, a farewell or a
disagreement in words that are not here they may see a matter that a reason has lost, where there is none.
"""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """A text without case, accents, vowel signs and invisible signs: what two writings of the same words share."""
    whole = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in whole if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def _set(words: str) -> frozenset[str]:
    return frozenset(folded(words).split())


def _phrases(phrases: str) -> frozenset[str]:
    return frozenset(" ".join(folded(p).split()) for p in phrases.split("|"))


#: A whole message that can only be a refusal.
PLAIN_NO = _phrases(
    "no|nope|nah|no thanks|no thank you|no thx|no need|no ticket|nein|nein danke|auf keinen fall|nö|nee|non|"
    "non merci|no gracias|não|não obrigado|não obrigada|lieber nicht|surtout pas|لا|لا شكرا|no please|"
    "nein bitte nicht|please don't|please do not|no don't|i don't want a ticket|i do not want a ticket"
)
#: A whole message of courtesy or comment: neither a wish nor a yes, and no name.
PLAIN_COURTESY = _phrases(
    "thanks|thank you|thank you very much|many thanks|thx|cheers|bye|goodbye|bye bye|thanks bye|danke|vielen dank|"
    "danke schön|tschüss|merci|merci beaucoup|au revoir|gracias|muchas gracias|adiós|obrigado|obrigada|"
    "muito obrigado|muito obrigada|tchau|adeus|شكرا|شكرا جزيلا|مع السلامة|great thanks|great thank you|ok thanks|"
    "ok thank you|ok great thanks"
)
#: What the name of a person is never.
NO_NAME = PLAIN_NO | PLAIN_COURTESY | _phrases(
    "yes|yes please|ja|ja bitte|oui|oui merci|sí|sí por favor|sim|sim por favor|نعم|ok|okay|hello|hi|hallo|bonjour|"
    "hola|olá|مرحبا"
)  # fmt: skip

#: Articles, possessives, conjunctions and pronouns that no sentence ends with.
NEVER_LAST = _set(
    "a an the my our your and or but because i der die das den dem ein eine einen einem mein meine meinen unser "
    "unsere und oder aber weil ich le les un une mon ma mes notre et ou mais je el los las una mi mis nuestro "
    "nuestra y pero porque yo o os um uma meu minha meus minhas e mas eu is are was were am be been have has had "
    "haven't hasn't hadn't didn't doesn't isn't wasn't can't won't i've i'm it's not very than whose"
)
#: Prepositions: a sentence may end with one, but not where an address or a link stood behind it.
PREPOSITIONS = _set(
    "to at for from with by of in on into about via per an zu von mit für aus bei nach auf über à de pour avec sur "
    "chez para con por en em com إلى من على في عن مع"
)
#: Articles and possessives: nobody's sentence begins behind one.
NEVER_BEFORE_FIRST = _set("a an the der die das den dem ein eine einen einem le un une el los las una um uma")
#: What joins two clauses.
JOINING = _set("and but or so because und aber oder weil et mais ou y e pero o mas porque و لكن أو")
#: What continues a clause: cut off in front of one, something is missing.
CONTINUES = _set(
    "in on at of to from with without by into onto an von mit ohne aus bei à avec sans con sin em com sem في على من إلى"
)

#: Words that ask, greet, thank, wish for a ticket or a person, name a field: no part of what happened.
WISHES = _set(
    "ticket tickets case human agent person someone somebody support helpdesk escalate escalation escalated open "
    "opened create file raise log submit make connect speak talk transfer contact please pls kindly want wants "
    "need would like could can help hello hi hey dear thanks thank cheers bye goodbye name names email e-mail mail "
    "address called regards sincerely ok okay yes no not follow following followup mind review complain complaint "
    "ask asking tell question sorry actually correction ticket anfrage mensch mitarbeiter bitte möchte will wollen "
    "brauche können hilfe hallo guten tag danke name heiße heisse e-mail-adresse adresse öffnen eröffnen anlegen "
    "erstellen ja nein nicht frage grüße humain agent conseiller ouvrir ouvrez créer voudrais veux besoin aide "
    "bonjour merci nom appelle adresse s'il plaît oui non question svp humano persona agente abrir abra crear "
    "quiero quisiera necesito ayuda hola gracias nombre llamo correo dirección sí favor pregunta pessoa atendente "
    "criar quero gostaria preciso ajuda olá obrigado obrigada nome chamo endereço sim não تذكرة موظف إنسان أريد "
    "افتح فتح من فضلك مرحبا شكرا اسمي بريدي نعم لا سؤال الدعم"
    # to stop, to go on, to point back, to part, to scold
    " aufmachen nachfassen nachhaken vergessen lassen geholfen hilft erreiche erreichen kontakt lustig tschüss "
    "wiedersehen schluss abbrechen dazu darüber einverstanden idiot trottel sterben weiteres laissez tomber annuler "
    "annulez m'appelle d'accord cela relancez relancer suivi sujet encore aidé contacter joindre drôle idiot espèce "
    "revoir mourir accord "
    "déjelo olvídelo cancelar seguimiento haga sobre otro ayudó contacto contactar gracioso idiota adiós morir "
    "acuerdo "
    "deixa deixe pra lá esqueça acompanhe acompanhar isso outro chamado ajudou falo falar contato engraçado "
    "tchau adeus "
    "morrer concordo تهتم انس إلغاء تابعوا متابعة بخصوص ذلك أخرى يساعدني تساعد أتواصل تواصل معكم مضحك مع "
    "السلامة أموت غبي "
    "أوافق تذكرتي هذا أنت كيف ماذا"
)
#: Everyday words that say nothing of what happened, beside `WISHES`.
EVERYDAY = _set(
    "a about after again all also am an and any are as at be been before but by did didn't do does doesn't don't "
    "for from get give go got had has have haven't having he her here him his how i i'd i'll i'm i've if in into "
    "is isn't it it's its just let like me mine more much my now of off on one or our out over really she so some "
    "still such than that that's the their them then there these they this those to too under up us very was "
    "wasn't we well were what when where which who why will with won't you your yet know think because der die das "
    "den dem des ein eine einen einem einer und oder aber ist sind war waren bin habe hat haben hatte ich sie er "
    "es wir ihr mein meine meinen meiner mir mich zu zum zur von vom mit für auf aus bei nach in im an am um als "
    "wie was wann wo warum noch auch schon sehr so da dass nur le la les l un une des du de et ou mais est sont "
    "était j'ai je tu il elle nous vous ils mon ma mes que qui dans sur pour par pas ne ce cette cela c'est à au "
    "aux en plus très encore toujours el los las una unos y o pero es son fue era he ha yo tú él ella nosotros mi "
    "mis me se lo que en con por para del al muy más ya todavía como os as um uma e ou mas é são foi era eu ele "
    "ela nós meu minha meus minhas em com por para do da dos das no na muito mais já ainda como هذا هذه ذلك التي "
    "الذي في على من إلى عن مع و أو لكن لم لن ما هل أنا هو هي نحن قد كان لقد"
)
#: Beginnings of clauses that ask.
ASKING = _set(
    "how what when where why which who whom whose can could do does did is are will would should may wie was wann "
    "wo warum wer welche kann können comment quand où pourquoi quel quelle est-ce puis-je cómo cuándo dónde cuánto "
    "cuánta cuál puedo como quando onde quanto qual posso هل كيف متى أين كم"
)
#: Those of them that stand in statements too.
AUXILIARY = _set("can could do does did is are will would should may kann können posso puedo")
#: What a noun follows.
DETERMINERS = _set(
    "a an the my our der die das den mein meine meinen unser unsere le la mon ma mes el mi mis o a meu minha"
)
#: Pronouns that point at what was told before.
POINTING = _set(
    "it it's its this that that's these those they them which es dies dieses sie il elle ils elles ça cela ceci ce "
    "c'est esto eso ello ellos isto isso ele ela eles elas هذا هذه ذلك تلك هو هي"
)
#: Words by which the shopper says that another ticket is meant.
ANOTHER = _set(
    "another second new other different separate more weitere weiteres weiteren neues neue zweites zweite anderes "
    "andere autre nouveau nouvelle deuxième second otro otra nuevo nueva segundo segunda outro outra novo nova آخر "
    "أخرى اخر جديدة جديد ثانية"
)
#: Words of disagreement: a dispute has a ticket of its own.
DISPUTING = _set(
    "disagree dispute disputing decision decided appeal unfair escalate escalation review reject rejected accept "
    "unacceptable challenge contest einspruch widerspruch entscheidung unfair überprüfung prüfung contester "
    "contestation décision injuste réexamen desacuerdo decisión injusto revisión apelar discordo decisão injusta "
    "revisão recurso أعترض اعتراض القرار مراجعة widerspreche prüfen prüfe überprüfen réexaminez "
    "réexaminer recours revísenlo revisar revisen reclamo revisem revisar راجعوا راجع"
)
#: The same in words that agree without the one before: "no estoy de acuerdo".
DISPUTING_TOGETHER = _phrases(
    "do not agree|don't agree|nicht einverstanden|pas d'accord|no estoy de acuerdo|não concordo|لا أوافق"
)
