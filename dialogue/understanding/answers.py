"""Reads yes and no, in the light of what was asked (R7). Where it matters most, to an offer, anything doubtful is
neither.

The first piece of a message that answers decides; a word that agrees can be taken back in the same breath ("ok, but
not now") and a word that refuses can turn out to agree ("no, go ahead").

Consent to an offer goes through one gate more, `_sure`. A word of agreement ("yes", "sure", "do it", "that would be
great") is consent, with thanks or without. A bare "ok", "alright" or "fine" to a yes-or-no question is a yes; beside
thanks, a goodbye or anything else ("ok thanks", "ok, I see") it may as well end the talk, and is none. Praise
("great", "cool, thank you") is of what was said and is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialogue.understanding import agreement, cues
from dialogue.understanding.whole_answers import told_by_whole_answers
from dialogue.vocabulary import Answer

#: Where fields were asked for, only a plain refusal stops the collection: "that's all" or "no, the zip" do not.
_NARROW_NO = re.compile(
    r"^(?:no+|nope|nah|no,? thanks?(?: you)?|(?:no,? )?i(?:'d| would) rather not.*|(?:no,? )?i (?:won'?t|don'?t want|do not want|don'?t wish|refuse)\b.*|none of your business)\W*$"
)
_NARROW_YES = re.compile(r"(?:yes|yeah|yep|yup|sure|ok(?:ay)?|of course)\W*")
_PLAIN = re.compile(r"(?:yes+|yeah|yep|yup|yea|no+|nope|nah)\b")
_PLAIN_YES = re.compile(r"(?:yes+|yeah|yep|yup|yea)\b")
#: What can follow a plain "no" without making it part of a noun ("no lid", "no one").
_NO_AND = re.compile(
    r"\s+(?:thanks|thank|i|im|i'm|it|its|it's|that|thats|that's|this|need|not|don't|we|he|she|you|but|sir|madam|mam|ma'am|my|never|"
    r"just|nothing|more|really|way|please|problem|worries|do|they|there|the)\b"
)
_GOES_ON = re.compile(
    r"\s+(?:please|pls|thanks?|thank|thx|i|it|we|you|do|go|that|and|sir|madam|but|for|open|create|sure|not|just|now)\b"
)
_TAKEN_BACK = re.compile(
    r"\b(?:but (?:not|no|later)|not (?:now|yet|today|really)|don'?t(?! forget| worry| mind| hesitate)|never ?mind|nvm|no thanks|no need|forget it)\b"
)
_WEAK = frozenset("please pls right correct true fine cool k y so ok okay".split())
_PIECES = re.compile(r"[.!?;\n]+\s*|,\s+")
_TRAILING = re.compile(
    r"(?:^|[\s,.!])(?P<yes>yes+|yeah|yep|yup|please do|go ahead|do it|do it please|yes please|yeah please|"
    r"let'?s (?:do|go)(?: (?:it|ahead|(?:with |for )?(?:that|this|it)))?)\W*$"
)
#: "Order no 2563", "no. 12": short for a number, and no refusal.
_NUMBERED = re.compile(r"(?<![\w'])no\.?[ ]?[#:]?[ ]?(?=\d)")
#: "I found one, so I'm fine": the refusal stands at the end, after its ground.
_TRAILING_NO = re.compile(
    r"\b(?:so|but|and|now) i(?:'m| am) (?:fine|good|all set|ok(?:ay)?|done)(?: now| then)?\W*(?:thank.*)?$"
)
#: "Ok, I'll try that" takes note and says what the shopper does next; it does not take the offer.
_OWN_PLAN = re.compile(
    r"[\s,.!]*(?:then )?i(?:'ll| will|'m going to| am going to|ll) (?:just )?(?!take|have|do (?:it|that|so)|accept|go (?:with|for|ahead)|want|say yes)\w"
)

#: "This is good, thank you": satisfied with what is there already; "that would be good" is about what was offered.
_CONTENT = re.compile(
    r"(?:ok(?:ay)?,? )?this (?:is|was|looks) (?:all )?(?:good|great|perfect|fine|enough|helpful)\b[^?]{0,12}\bthank"
)
_SOME_OTHER_TIME = re.compile(r"\b(?:later|next time|another (?:time|day)|myself|on my own)\b")

#: Agreement that can be meant in no other way, wherever it stands.
_AGREES = re.compile(
    r"(?<![\w'])(?:y|y+e+s+|yess*ir|yeah+|yea+h?|yeh|yep+|yup+|yah|ya|ye|aye|sure|suree*|of course|ofc|certainly|"
    r"absolutely|definitely|def|indeed|affirmative|totally|agree|agreed|deal|go (?:ahead|for it|on)|proceed|do (?:it|"
    r"that|so|please)|please|pls|plz|let'?s|why not|might as well|by all means|if you (?:could|can|would|must|"
    r"don'?t mind|like|want)|make it so|bring it on|confirm(?:ed)?|you bet|you got it|i (?:think|guess|suppose) so|"
    r"i suppose|you have my \w+|be my guest|as you (?:wish|like)|whatever you (?:say|think)|(?:send|book|file|open|"
    r"raise|create|submit) (?:it|one|that|a)|sounds (?:good|great|fine|perfect|right|nice|ok|okay|like)|(?:that|"
    r"it) works|works for me|(?:would|'d|will|'ll) (?:be|help)|i(?:'d| would) (?:like|love|appreciate)|i would|i do|"
    r"(?:want|need) (?:it|that|this|one)|no prob(?:lem)?|don'?t mind|uh[- ]?huh|mm*h+m+)(?![\w'])|[👍✅✔👌💯☑]"
)
#: Assent that stands alone.
_ASSENT = re.compile(
    r"(?:(?:oh|well|so|um+|uh+|hmm+|h+m+|and|i guess|right|ah)\W+)*(?:ok(?:ay)?|okk+|o+k+|k+|okey|okie|oki|dokey|"
    r"alright(?:y)?|all right|fine|right|correct|exactly|true|very well|(?:that|it|this)(?:'s| is) (?:\w+ )?(?:fine|"
    r"ok|okay|good|alright|correct|right)|i'?m (?:in|ok with (?:that|it)))(?:\W+(?:ok(?:ay)?|alright|fine|right|then|"
    r"now|with me|by me|for me|sir|madam|mate|so))*\W*"
)


def _sure(line: str) -> bool:
    """True where a message that seems to take the offer takes it for sure (R7)."""
    return bool(_AGREES.search(line) or _ASSENT.fullmatch(line) or cues.WISH.search(line))


def refuses_a_field(low: str) -> bool:
    """A plain refusal where fields were asked for."""
    return bool(_NARROW_NO.match(low))


def read_answer(low: str, asked: str | tuple[str, ...] | None) -> Answer | None:
    """Yes, no or neither, of a message in plain form without its greeting."""
    line = _NUMBERED.sub("number ", low.strip(" ,.!-–\n"))
    if not line:
        return None
    if isinstance(asked, tuple):
        if _NARROW_NO.match(line):
            return Answer.DENY
        return Answer.AFFIRM if _NARROW_YES.fullmatch(line) else None
    offered = asked == "offer"
    if offered and _CONTENT.match(line):
        return Answer.DENY
    found = _piece(line, offered)
    if found is None and offered:
        pieces = [p.strip() for p in _PIECES.split(line) if p.strip()][1:5]
        found = next((a for p in pieces if (a := _later_piece(p)) is not None), None)
        if found is None and _TRAILING.search(line) and not cues.QUESTION_START.match(line):
            found = Answer.AFFIRM
        if found is None and _TRAILING_NO.search(line):
            found = Answer.DENY
        if found is None and re.match(r"(?:i(?:'m| am)? )?(?:don'?t|no|not)\b", line) and not _troubled(line):
            found = Answer.DENY
    if offered and found is Answer.AFFIRM and not _sure(line):
        return None
    return found


def _troubled(line: str) -> bool:
    return bool(cues.LATE.search(line) or cues.TROUBLE.search(line))


def _later_piece(piece: str) -> Answer | None:
    """An answer that does not come first must be one outright: "please make sure it is blue" agrees to nothing."""
    found = _piece(piece, True)
    if found is Answer.AFFIRM and not _PLAIN_YES.match(piece):
        whole = cues.YES.match(piece)
        outright = whole is not None and not piece[whole.end() :].strip() and piece not in _WEAK
        return found if outright else None
    return found


def _piece(line: str, offered: bool) -> Answer | None:
    if (turned := cues.NO_BUT_YES.search(line)) and not (offered and _OWN_PLAN.match(line[turned.end() :])):
        return Answer.AFFIRM
    without_thanks = cues.THANKS.sub("", line, count=1).strip(" ,.!") if offered and line.startswith("thank") else line
    for text in dict.fromkeys((line, without_thanks)):
        for pattern, answer in ((cues.NO, Answer.DENY), (cues.YES, Answer.AFFIRM)):
            match = pattern.match(text)
            if match and (found := _weigh(text, match, answer, offered)) is not None:
                return found
    return None


def _weigh(line: str, match: re.Match[str], answer: Answer, offered: bool) -> Answer | None:
    rest = line[match.end() :]
    parted = not rest.strip() or not re.match(r"\s+\w", rest)
    if _PLAIN.match(line) and (answer is Answer.AFFIRM or _NO_AND.match(rest)):
        parted = True
    if not parted and (_troubled(line) or not offered) and not _GOES_ON.match(rest):
        return None
    if not parted and not offered and cues.QUESTION_START.match(line):
        return None
    if answer is Answer.AFFIRM:
        back = _TAKEN_BACK if _PLAIN_YES.match(line) else cues.YES_BUT_NO
        if back.search(rest) and not cues.WISH.search(rest):
            return Answer.DENY
        if line.startswith(("thank", "hmm")) and not offered:
            return None
        if offered and not _PLAIN_YES.match(line) and _OWN_PLAN.match(rest):
            return Answer.DENY if _SOME_OTHER_TIME.search(rest) else None
    return answer


#: How probable an agreement must be where words alone did not make it one: by the head for answers, in English, which has
#: words for it, and elsewhere; and by the head for intents, which must see it too. Consent is precious (R7).
_AGREES_BY_ITSELF, _AGREES_BY_ITSELF_ELSEWHERE, _AGREES_AS_INTENT = 0.95, 0.8, 0.2
#: Where the head for answers alone suffices: measured once, while choosing, no row that agrees to nothing was so
#: probable (people's yes-or-no rows, and those of `bot.evals.by_language`).
_AGREES_SURELY = 0.99
#: How probable it is that a message takes leave, for it to agree to nothing beside that ("até logo").
_LEAVES = 0.5
#: How probable it must be at least where English words did, and where they stand in another language by chance ("ya lo veo
#: yo"); and how probable a refusal must be, which is cheap: the shopper says it again, or asks.
_AGREES_AT_LEAST, _AGREES_ELSEWHERE, _REFUSES = 0.1, 0.5, 0.45
#: How probable it must be where the answer is known by itself.
_AGREES_WHERE_KNOWN = 0.5
#: How probable an agreement must be to make a refusal by words doubtful.
_AGREES_AGAINST_WORDS = 0.95
#: How probably what is told beside a yes tells that the matter is settled, for the yes to take nothing: in English, whose
#: yes people mean more often than not, and elsewhere; and agrees, for it to tell no such thing.
_SETTLED, _SETTLED_ELSEWHERE, _AGREES_BESIDE = 0.5, 0.06, 0.8
#: How probably it tells that the matter goes on, to be no refusal.
_OPEN = 0.5
#: Whoever refuses without a word for it does so in few words; a longer message tells something.
_LONGEST_REFUSAL = 10


def _is_settled(said: str, weight: Mapping[str, float] | None, *, english: bool) -> bool:
    """Whether what is told beside a yes tells that the matter is settled, or refuses; not where it agrees itself."""
    if not weight or weight["affirm"] >= _AGREES_BESIDE:
        return False
    if english and (cues.YES.match(said) or cues.WISH.search(said)):  # "ya está resuelto" agrees to nothing
        return False
    if told_by_whole_answers(said) is Answer.DENY:
        return True
    if english:  # whose refusals are told by words
        return weight["settled"] >= _SETTLED
    return weight["settled"] >= _SETTLED_ELSEWHERE or (weight["deny"] >= _REFUSES and weight["open"] < _OPEN)


def weigh_answer(
    by_words: Answer | None,
    weight: Mapping[str, float],
    low: str,
    *,
    taken: float = 1.0,
    leaves: float = 0.0,
    english: bool = True,
    rest: Mapping[str, float] | None = None,
) -> Answer | None:
    """The answer to an offer: what the words made of it, and what the heads make of the whole. `weight`: by the head for
    answers, the probability of `affirm`, `deny` and `neither`; empty where nothing could be weighed. `taken`: by the head
    for intents, how probably it agrees or asks for a ticket; `leaves`: how probably it takes leave. `low`: the message
    in plain form; `english`: it may be. `rest`: as `weight`, of what is told beside a yes at its beginning, and how
    probably it tells that the matter is `settled`."""
    low = low.strip(" ,.!-–\n")
    if not weight:
        return by_words
    agrees, refuses = weight["affirm"], weight["deny"]
    begun = agreement.beside(low)
    if begun and begun.rest and _is_settled(begun.rest, rest, english=english):
        return Answer.DENY
    if begun and begun.outright and by_words is not Answer.DENY:
        return Answer.AFFIRM
    if by_words is Answer.AFFIRM:
        least = _AGREES_AT_LEAST if english else _AGREES_ELSEWHERE
        return Answer.AFFIRM if agrees >= least else Answer.DENY if refuses >= _REFUSES else None
    if by_words is Answer.DENY:
        doubtful = agrees >= _AGREES_AGAINST_WORDS or (not english and refuses < _REFUSES)  # "no me llegó nada"
        return None if doubtful else Answer.DENY
    known = told_by_whole_answers(low)
    if known is Answer.AFFIRM and agrees >= _AGREES_WHERE_KNOWN:
        return Answer.AFFIRM
    needed = _AGREES_BY_ITSELF if english else _AGREES_BY_ITSELF_ELSEWHERE
    if agrees >= _AGREES_SURELY or (agrees >= needed and taken >= _AGREES_AS_INTENT and leaves < _LEAVES):
        return Answer.AFFIRM
    if known is Answer.DENY and refuses >= _AGREES_WHERE_KNOWN:
        return Answer.DENY
    return Answer.DENY if refuses >= _REFUSES and len(low.split()) <= _LONGEST_REFUSAL else None
