"""Word patterns for the things the strict rules turn on: wishes, refusals, updates, trouble. Data and matching only.

Each pattern names a *construction* (someone asks for a person, something did not arrive), not a sentence seen in a test.
Text comes in `plain` form: lower case, straight quotes. Patterns are anchored with word boundaries and hold no nested
repetition, so that no input makes them slow.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{a})" for a in alternatives), _I)


_PERSON = (
    r"(?:real |live |actual |human |another |support |customer |service |care |qualified |competent |senior |your )*"
    r"(?:humans?|person|people|agents?|someone|somebody|some one|anyone|anybody|representatives?|reps?|advis[eo]rs?|operators?|assistants?|"
    r"managers?|supervisors?|staff|team|team ?members?|employee|colleague|customer (?:service|support|care)|support|helpdesk|help desk|specialist|csr)"
)
_TICKET = r"(?:support |help ?desk |help |service |customer |trouble |new |another |second |separate |formal |proper )*(?:tickets?|case|support request|complaint|service request|escalation)"
_ABOUT = r"(?:for|about|on|regarding|concerning|over|with|because of)"

# ------------------------------------------------------------ a ticket or a human is wished for (R7)
WISH = _any(
    rf"\b(?:open|create|raise|file|submit|log|make|start|lodge|register|issue|get|do|place|put in|set up|opening|creating|raising|filing|send(?: in)?)\s+"
    rf"(?:me |us |up |in )?(?:a |an |the |that |this |my |one |another |some |it as a )?{_TICKET}\b(?: {_ABOUT} (?:that|this|it)(?: (?:too|as well|then))?\b| then| too| as well| after all)?",
    rf"\b(?:need|want|would like|like|have|request|requesting)\s+(?:to have )?(?:a|an|the|another|one more) {_TICKET}(?: (?:opened|created|raised|filed|please))?\b",
    rf"^{_TICKET},? (?:please|pls|now)\b|^(?:support )?ticket$",
    r"\b(?:go ahead and |please |just |do )?(?:(?:open|file|create|raise|submit) (?:it|one|that|the thing)\b(?! (?:up|again|box|parcel|package))|make (?:one|the thing)\b)(?: then| now| please| after all)?",
    r"\bescalat(?:e|ed|ing|ion)\b(?: (?:this|it|that|the (?:issue|matter|case|problem)|my (?:issue|case|problem|complaint|concern)))?(?: (?:please|now|further|to \w+(?: \w+)?))?",
    rf"\b(?:talk|speak|chat|spk|tlk|speaking|talking|chatting|connect(?:ed)?|transfer(?:red)?|put(?: me)? through|pass(?: me)?(?: on)?|hand(?: me)?(?: over)?|switch(?: me)?|redirect(?: me)?|get me|forward(?: me)?|connect me|transfer me)\s+"
    rf"(?:(?:this|it|me|my \w+|directly|right now|now|please)\s+)*(?:to|with|w|w/|over to|through to|onto)?\s*(?:a |an |the |your |some |one of your |any |my )?{_PERSON}\b",
    r"\b(?:need|want|give me|get me|bring me|find me|require|prefer|demand|like)\s+(?:to (?:get|have|see|reach) )?(?:a |an |the |some |any )?(?:real |live |actual |human |support |customer )*(?:humans?|person|human being|agents?|representatives?|advis[eo]r|operator|manager|supervisor|customer (?:service|support|care) (?:rep|agent|person|representative)|support (?:agent|person|rep))\b",
    r"^(?:a |an |the )?(?:real |live |actual |human )*(?:human|person|agent|representative|rep|operator|advisor|manager|supervisor|human being)(?: (?:please|pls|now|required|needed|support))*$",
    r"\b(?:is there|are there|any|can i (?:get|have|reach))\s+(?:a |an |some |any )?(?:real |live |actual |human )+(?:human|person|people|agent|someone|being|representative)\w*\b(?: (?:here|there|available|around))?",
    r"\bis (?:there )?(?:a |any)?(?:human|anyone real|anybody real|somebody real|someone real)\b(?: (?:here|there|available))?",
    rf"\b(?:have|get|let|ask|tell)\s+(?:a |an |the |your )?{_PERSON}\s+(?:to )?(?:contact|call|e-?mail|write|reach|get back|get in touch|reply|respond|look|check|help|handle|deal|take|sort|follow)\b[^,.;!?]{{0,25}}",
    r"\b(?:can|could|would|will)\s+(?:you (?:have|get) )?(?:a |an |the |your )?(?:someone|somebody|person|human|agent|representative|manager|supervisor|colleague|support team|team)\s+(?:please )?(?:contact|call|e-?mail|write to|reach|get back to|help|look into|look at|take|handle|deal|sort|check)\b[^,.;!?]{0,25}",
    r"\b(?:ask|forward (?:this|it) to|send (?:this|it) to|pass (?:this|it) (?:on )?to|check with|tell) (?:them|your (?:team|colleagues|staff|support)|the (?:team|support team|helpdesk|staff))\b",
    r"\b(?:human|agent|live) (?:support|help|assistance|chat|handoff|handover)\b",
    r"\bfile (?:a|my|this|an) (?:formal )?(?:complaint|report|claim)\b|\bmake (?:a|an) (?:formal |official )?complaint\b|\bcomplain to (?:a|the|your) \w+\b",
)
WISH_LEAD = re.compile(
    r"(?:(?:ok(?:ay)?|yes|yeah|well|so|then|and|hi|hello|hey|please|pls|plz|actually|also|just|now|hmm|fine|right|sorry|but|honestly|kindly)[\s,]+)*"
    r"(?:(?:can|could|would|will|may|might) (?:you|i|we|u)(?: (?:please|pls|just|kindly|also|maybe|possibly))?|(?:i|we)(?:'d| would)? (?:really |just |now )?(?:like|love|want|wanna|need|wish|prefer|have)(?: to)?|"
    r"i'?d (?:like|love|want|rather|prefer)(?: to)?|let me|let's|is it possible to|how (?:do|can|could|would|may) (?:i|we)(?: get to)?|i am (?:asking|trying|looking|requesting)(?: to| for)?|i'm (?:asking|trying|looking|requesting)(?: to| for)?|"
    r"please|pls|plz|kindly|do|just|go ahead and|you (?:should|must|need to|have to)|i demand(?: to| that you)?|i request(?: that you| to)?|i'll|i will|want to|wanna|need to|would like to|like to|able to|get to)?[\s,]*$",
    _I,
)
WISH_TAIL = re.compile(
    rf"^\s*(?:(?:please|pls|plz|now|then|thanks|thank you|asap|immediately|right now|today|too|as well|again|for me|for us|if possible|ok|okay|after all|directly|instead|sir|madam|mate|man|here)\b[\s,.!]*)*"
    rf"(?:(?:and\s+)?(?:{_ABOUT}|because|cause|cuz|bc|coz|since|as|that|where|saying|to say|due to|so that|:|-|–|—)\s+)?",
    _I,
)
NOT_A_WISH = _any(
    r"\b(?:don'?t|do not|didn'?t|did not|won'?t|no need to|not|never|without|rather not|stop|already|why (?:should|would|do)) (?:want (?:you )?(?:to |a )?|need (?:you )?(?:to |a )?|have to |like to )?(?:open|create|raise|file|submit|log|make|escalate|talk|speak|have|get|do)?(?:ing|d|ed)?\b",
    r"\b(?:i|we|i've|we've|i'd|have|had|already)\s+(?:already |just |have |had )*(?:opened|created|raised|filed|submitted|logged|made|lodged|sent)\b",
)
#: "No ticket yet please": refused without a verb.
NO_TICKET = re.compile(
    rf"^\W*(?:please )?(?:no|not|without) (?:a |any |another |the )?{_TICKET}\b(?: (?:yet|now|please|thanks|today|for now))*",
    _I,
)
ANOTHER = re.compile(
    r"\b(?:another|a second|second|a new|new|one more|separate|different|additional) (?:support |help ?desk )?(?:ticket|case|one|request|complaint)\b",
    _I,
)
ABOUT_THAT = re.compile(
    rf"\b(?:{_ABOUT}|to handle|to fix|escalate|file|open|raise|report|ask (?:them|someone|somebody)(?: about)?) (?:that|this|it)\b|\bask (?:them|someone|your team)\b",
    _I,
)

# ------------------------------------------------------------ an existing ticket (R11)
_CASE = r"(?:support |help ?desk |service |open |existing |last |previous |earlier |other |current |first |old )*(?:tickets?|cases?|claims?|support requests?|service requests?|requests?|complaints?|enquir(?:y|ies)|inquir(?:y|ies)|quer(?:y|ies)|escalations?|(?:tkt|tix))"
_CASE_STRICT = r"(?:support |help ?desk |service |open |existing |last |previous |earlier |other |current |first |old |insurance )*(?:tickets?|cases?|claims?|support requests?|service requests?|complaints?|escalations?|enquir(?:y|ies)|inquir(?:y|ies))"
UPDATE = _any(
    rf"\b(?:update|updates|news|status|progress|word|info|information|follow[- ]?up|following up|feedback|outcome|result|decision)\s+(?:\w+\s+){{0,2}}?(?:on|of|about|for|regarding|with|from|to)\s+(?:\w+\s+){{0,3}}?{_CASE}\b",
    rf"\b(?:my|the|that|this|our|your|a|of) {_CASE_STRICT}(?:'s)? (?:\w+ )?(?:status|progress|update|number|reference|id)\b",
    rf"\b(?:what|what's|whats|how|how's|hows|where|where's|when|any|is|has|have|did|was|are|why|wheres)\b[^.?!;]{{0,40}}\b(?:my|the|that|our|this|other|of) {_CASE_STRICT}\b(?! (?:of|number is|study|to be opened|system|form))",
    rf"\bstill (?:waiting|no (?:answer|reply|response|word)) (?:for|on|about|to|from)\s+(?:\w+\s+){{0,4}}?(?:{_CASE}|support team|support|helpdesk|customer service|reply|answer|response)\b",
    rf"\b(?:i|we)(?:'ve|'d| have| had)?\s+(?:already |just |also )*(?:opened|open|created|raised|filed|submitted|logged|made|lodged|sent|put in|reported|wrote|e-?mailed|had|have)\s+(?:\w+\s+){{0,3}}?(?:an? |the |my |this |that |in an? )?{_CASE_STRICT}\b",
    r"\b(?:ticket|case|claim|complaint|request) (?:that |which )?(?:i|we)(?:'ve| have)? (?:already |just )?(?:opened|created|raised|filed|submitted|logged|made|lodged|sent|put in)\b",
    rf"\b(?:check|know|see|get|find out|look up|track|tell me|give me|verify|have|want|need|checking|view)\s+(?:\w+\s+){{0,5}}?(?:status|update|updates|progress|state|stage)\s+(?:\w+\s+){{0,3}}?{_CASE_STRICT}\b",
    rf"\b(?:check|checking|track|follow up|following up|look up|look(?:ing)? (?:at|into)|ask(?:ing)?|status|chasing|chase)\s+(?:on |about |up on |of |for |with )?(?:my|the|an|that|our|this|a previous|an existing) {_CASE_STRICT}\b",
    rf"\b(?:close|cancel|withdraw|delete|re-?open|change|edit|amend|modify|update|add (?:\w+ ){{0,4}}to|attach (?:\w+ ){{0,4}}to|append (?:\w+ ){{0,4}}to|include (?:\w+ ){{0,4}}in)\s+(?:my|the|that|this|our|a|an|an existing) {_CASE_STRICT}\b",
    r"\b(?:did|has|have|had|did) (?:anyone|anybody|someone|somebody|you|they|your team|the team|support)\b[^.?!;]{0,30}\b(?:look(?:ed)? (?:at|into) (?:my|the|that|it|this)|repl(?:y|ied)|respond(?:ed)?|answer(?:ed)? (?:my|me|the)|get back|got(?:ten)? back|process(?:ed)? my|read my|receive(?:d)? my (?:ticket|request|complaint|e-?mail|message|claim))\b",
    r"\b(?:haven'?t|have not|hasn'?t|has not|never|not|didn'?t|didn't|nobody|no one|noone|no body)\s+(?:\w+\s+){0,2}?(?:heard (?:back|anything|from)|hear back|got(?:ten)? (?:a |any )?(?:reply|response|answer|back to)|received (?:a |any )?(?:reply|response|answer|feedback)|replied|responded|answered|got back|contacted me|called me back|get(?:ting)? back)\b",
    r"\b(?:no|any|without) (?:reply|response|answer|feedback|word)\b(?: (?:yet|from|to|on|so far|at all|till|until))?",
    r"\bwhen (?:will|can|are|is|do|should|would)\s+(?:\w+\s+){0,3}?(?:reply|respond|answer (?:me|my)|get back|hear (?:back|from)|contact me|call me back|someone (?:reply|contact|get back|answer))\b",
    rf"\b(?:my|the|our) {_CASE_STRICT}\b[^.?!;]{{0,40}}\b(?:still|been|yet|pending|open|resolved|solved|processed|answered|closed|handled|reviewed|approved|progress|assigned|going|taking|ignored|update)\b",
    r"\b(?:ticket|case|claim|reference|ref)\s*(?:number|no\.?|nr|id|#|:)*\s*#?[a-z]{0,4}-?\w{0,8}\d[\w-]*\b",
    r"\b(?:ticket|claim|case|complaint) (?:status|update|progress)\b|\bstatus (?:on|of|for) (?:a |an |the |my |our )?(?:\w+ )?(?:ticket|claim|case|complaint)\b|\b(?:status|updates?) (?:ticket|claim)\b",
    r"\b(?:add|forgot) (?:to (?:mention|say|add|tell)|something to (?:my|the) (?:ticket|case|request))\b[^.?!;]{0,20}\b(?:ticket|case|request)\b",
    r"\b(?:is|was|has|been) (?:it|that|this|my (?:ticket|issue|problem|case|request)) (?:been )?(?:resolved|solved|processed|escalated|handled|dealt with|looked at|assigned|reviewed|closed|sorted) (?:yet|already|now|so far)\b",
    r"\bwhat(?:'s| is| has)? (?:the )?(?:happen(?:ed|ing|s)) (?:with|to) my (?:ticket|case|request|complaint|claim)\b|\bis (?:anyone|anybody|someone|somebody) (?:still )?(?:working on|handling|looking (?:at|into)) (?:it|that|this|my)\b",
)
BARE_UPDATE = re.compile(
    r"^(?:(?:hi|hello|hey|so|and|ok|please|well|is there|are there|do you have|have you got|got|what's|what is)\b[\s,]*)*(?:any|an|the|some|new)?\s*(?:updates?|news|progress|word|developments?|status)(?: (?:yet|please|so far|on (?:that|this|it)|about (?:that|this|it)|for me|now|today|there))*\s*\??$|"
    r"^(?:how(?:'s| is) it going with (?:that|this|it)|how (?:long|much longer) (?:will|does|is) (?:that|it|this) (?:take|going to take) to (?:answer|reply|resolve))\b",
    _I,
)

# ------------------------------------------------------------ follow-up on the same matter (R4, R12)
FOLLOW_UP = _any(
    r"\bfollow(?:ing|ed)?[- ]?up\b|\bfollow[- ]up\b",
    r"\b(?:chas(?:e|ing)|check(?:ing)? (?:in|up|back)|circling back|checking in) (?:up )?(?:on|about|up|for)\b",
    r"\b(?:just )?checking (?:on|in|up|the status)\b",
    r"^(?:and |so )?(?:still (?:waiting|nothing|no news)|same (?:issue|problem|thing)(?: again| as before)?|as i (?:said|told you|mentioned)|like i said|it'?s (?:still )?(?:about )?the same(?: \w+)?|the same (?:reason|issue|problem|thing)(?: as before)?|i (?:already )?told you(?: already)?|already (?:told|said)(?: you)?)\b",
    r"\b(?:an |any )?updates? (?:on|about|regarding|for) (?:my |the |that |this )?(?:order|parcel|package|delivery|refund|return|shipment|item|issue|problem|it|that|this)\b",
)
FOLLOW_UP_REST = re.compile(
    r"\b(?:follow(?:ing|ed)?|up|on|chas(?:e|ing)|check(?:ing)?|in|back|updates?|still|waiting|nothing|news|same|as|before|said|told|you|already|like|just|i|i'm|i'd|am|is|a|an|any|the|my|this|that|it|its|to|with|about|for|of|"
    r"need|want|wanted|would|like|please|order|orders|parcel|package|delivery|shipment|item|items|purchase|issue|problem|matter|again|and|so|can|could|you|we|do|some|no|status|me|give|have|get|regarding|hello|hi|thing|stuff|ok|okay|yes|circling|reason)\b|[^\w]+",
    _I,
)

# ------------------------------------------------------------ disputes (R18)
DISPUTE = _any(
    r"\b(?:disagree|dispute|contest|object|disputing|appeal|appealing|challenge|challenging)\b(?!.{0,12}\bcharge)",
    r"\b(?:do not|don'?t|cannot|can'?t|won'?t|will not|not) (?:\w+ )?(?:agree|accept|happy|satisfied|okay|ok|fair)\b[^.?!;]{0,50}\b(?:decision|decided|outcome|answer|resolution|ruling|verdict|refus\w+|reject\w*|denied|denial|declin\w+|judg\w+|conclusion)\b",
    r"\b(?:decision|outcome|refusal|rejection|denial|verdict|ruling|resolution|judg\w+)\b[^.?!;]{0,50}\b(?:unfair|wrong|unjust|incorrect|unacceptable|mistake|not (?:right|fair|correct|ok|okay|acceptable)|makes no sense|ridiculous|reconsider\w*|review\w*|reversed|overturned|appeal\w*)\b",
    r"\b(?:reject\w*|refus\w*|den(?:y|ied)|declin\w*|turned down) (?:my|our|the) (?:\w+ ){0,2}(?:returns?|refunds?|request|claim|exchange|complaint|application)\b[^.?!;]{0,60}\b(?:wrong|unfair|unjust|mistake|not (?:right|fair|correct)|disagree|unacceptable|review\w*|escalat\w*|appeal\w*|reconsider\w*)\b",
    r"\b(?:unfair|wrong|unjust|incorrect|unacceptable|ridiculous)(?:ly)?\b[^.?!;]{0,30}\b(?:decision|refus\w+|reject\w+|den(?:y|ied|ial)|declin\w+|outcome|verdict)\b",
    r"\b(?:want|demand|request|would like|like|need|ask for|asking for)\b[^.?!;]{0,25}\b(?:decision|refusal|rejection|outcome)\b[^.?!;]{0,25}\b(?:review\w*|reconsider\w*|re-?examin\w*|re-?assess\w*|overturn\w*|revers\w*|re-?look\w*|checked again|looked at again)\b",
    r"\b(?:reconsider|re-?examine|re-?assess|overturn|reverse|review)\s+(?:your|the|this|that|my) (?:\w+ )?(?:decision|refusal|rejection|outcome|verdict|denial)\b",
)
REVIEW = _any(
    r"\b(?:review(?:ed|ing)?|escalat\w+|appeal(?:ed|ing)?|reconsider(?:ed|ation)?|re-?examin\w+|re-?assess\w*|overturn\w*|revers(?:e|ed)|second (?:look|opinion)|independent(?:ly)?|looked at again|checked again|look(?:ed)? (?:at|into) (?:it |this |that )?again|someone (?:else|higher|senior)|manager|supervisor|higher (?:up|level))\b",
)
DISPUTE_QUESTION = re.compile(
    r"\b(?:what|how|can|could|is there|may|where|who|do)\b[^.!;]{0,40}\b(?:i|one|you|we|a customer|there)\b[^.!;]{0,60}\b(?:decision|refus\w+|reject\w+|outcome|disagree|appeal|dispute)\b",
    _I,
)

# ------------------------------------------------------------ trouble (R3)
LATE = _any(
    r"\b(?:not|never|n't|nt|no|nothing|without|hasn'?t|haven'?t|didn'?t|has not|have not|did not|isn'?t|hasnt|havent|didnt|nor|still waiting|ain'?t|non|failed to|yet to)\b[^.?!;]{0,25}\b(?:arriv\w*|receiv\w*|reciev\w*|recived|deliver\w*|show(?:n|ed)? up|turn(?:ed)? up|come|came|got(?:ten)?|get (?:it|my|the|them|a)|here|ship(?:ped)?|sent|dispatched|moved|materiali[sz]ed)\b",
    r"\b(?:nothing|nobody|no (?:parcel|package|order|delivery|item))\b[^.?!;]{0,15}\b(?:came|come|arriv\w*|here|deliver\w*|received|showed|turned)\b",
    r"\b(?:late|delay(?:ed|s)?|overdue|lost|stolen|went missing|gone missing|disappeared|vanished|stuck|taking (?:too|so|for ?ever|forever|ages)|where the (?:hell|heck|fuck)|where tf|wtf is my)\b(?! (?:fee|night|charge))",
    r"\b(?:still|been) waiting\b|\bwaiting (?:for|since|on) (?:\w+ ){0,4}(?:order|parcel|package|delivery|item|weeks?|days?|month|ages|refund|my|the)\b|\bwaited (?:\w+ )?(?:for )?\w+ (?:weeks?|days?|months?)\b",
    r"\b(?:its|it'?s|it has|been|already|over|more than|for|since|after|like|now)\b[^.?!;]{0,12}\b(?:\d+|two|three|four|five|six|seven|several|a few|few|many|couple of|a|one)\s*\+?\s*(?:weeks?|wks?|months?|mths?)\b",
    r"\b(?:been|already|over|more than|waiting|for|its|it'?s)\b[^.?!;]{0,12}\b(?:1[0-9]|[2-9][0-9]|\d{3}|twelve|fifteen|twenty|thirty|forty|fifty|sixty)\s*\+?\s*(?:working |business )?days?\b",
    r"\bshould(?: have|'ve|ve| of)? (?:\w+ )?(?:arrived|been (?:here|delivered)|come|received|got)\b|\bwas (?:supposed|meant|due|expected) to (?:arrive|be (?:here|delivered)|come)\b|\bno (?:tracking|movement|sign of)\b",
)
TROUBLE = _any(
    r"\b(?:broken?|broke|damaged?|crack(?:ed|s)?|smash(?:ed)?|shatter(?:ed)?|torn|ripped|rip|dent(?:ed|s)?|scratch(?:ed|es)?|bent|chipped|crushed|burn(?:t|ed|s|ing)?|melted|leak(?:s|ed|ing|y)?|smell(?:s|y|ed)?|stink(?:s|ing)?|smok(?:e|es|ing|y)|spark(?:s|ing)?|stain(?:ed|s)?|mou?ld(?:y)?|rotten|expired|rust(?:y|ed)?|dirty|worn|frayed|loose|wobbl(?:y|es)|squeak\w*|dead|faulty|defect(?:ive|s)?|malfunction\w*|ruined|unusable|useless|flicker\w*|overheat\w*|peel(?:ing|ed|s)|fad(?:ed|ing)|snapped|jammed|stuck|rattl\w+|grind\w*|unravel\w*|shrunk|shrank|spilled|spilt|hums|buzz(?:es|ing)|makes? (?:a |an |some )?(?:\w+ ){0,2}(?:noise|sound)s?|bug(?:gy)?|glitch(?:y|es)?|crash(?:es|ed|ing)?)\b",
    r"\b(?:does(?:n'?t| not)|do(?:n'?t| not)|did(?:n'?t| not)|won'?t|will not|wont|doesnt|dont|didnt|not|isn'?t|isnt|stopped|stops|never|can'?t|cannot|cant|unable to|failed to|fails to|refuses to|hardly|barely)\s+(?:\w+ )?(?:work(?:s|ing)?|turn(?:ing)? on|switch(?:ing)? on|start(?:s|ing)?|charg(?:e|es|ing)|fit(?:s|ting)?|open(?:s|ing)?|close(?:s)?|load(?:s|ing)?|connect(?:s|ing)?|power|match(?:es|ing)?|function(?:s|ing)?|log(?:ging)? ?in|login|sign(?:ing)? in|pay|check ?out|place|access|add|apply|use|see|find|hold|stay|heat|respond(?:ing)?|go through|accept(?:ed|s|ing)?|complete|submit|click|view|order|buy|light|spin|boot|pair|update|reset)\b",
    r"\b(?:wrong|incorrect|different|another|other)\s+(?:\w+ ){0,2}?(?:item|items|product|size|colou?r|order|thing|model|version|one|address|name|amount|price|parcel|package|shoes?|shirt|dress|jacket|quantity|number|delivered|sent|part|style|brand|total|charge)\b|\b(?:is|are|was|were|came|sent|got|it'?s|its|received|arrived|ordered)\b[^.?!;]{0,15}\b(?:wrong|incorrect)\b|\bwrong(?:ly)?\b[^.?!;]{0,20}\b(?:sent|delivered|received|shipped|charged|came|arrived)\b",
    r"\bnot (?:what|the (?:one|item|product|size|colou?r|same))\b|\bnot as (?:described|advertised|pictured|shown|ordered|expected)\b|\b(?:doesn'?t|don'?t|does not) (?:look|match) (?:like|the)\b|\bbait and switch\b|\binstead of\b",
    r"\b(?:missing|incomplete|empty|short|lacking|lacks|absent|without (?:the|a|any|its)|only (?:got|received|sent|came|half|one|part|\d)|no (?:lid|charger|cable|instructions?|manual|screws?|parts?|batter(?:y|ies)|receipt|invoice|tracking|confirmation|refund|label)|left out|forgot(?:ten)? to (?:include|send|ship|put))\b",
    r"\b(?:charged?|billed|debited|paid|deducted|invoiced)\b[^.?!;]{0,35}\b(?:twice|double|two times|2 times|2x|again|extra|more|too much|wrong|without|several times|multiple|three times|shouldn'?t|not (?:order|authori[sz]e|make))\b|\b(?:double|over|twice|wrongly|incorrectly|mistakenly|falsely)[- ]?(?:charged?|billed|paid|debited)\b|\b(?:twice|double|extra|unknown|unauthori[sz]ed|fraudulent|suspicious|strange|duplicate|wrong|unexpected) (?:\w+ )?(?:charge|charges|payment|transaction|deduction|billing|fee)\b|\bovercharged?\b|\bscam(?:med)?\b|\bfraud\b",
    r"\b(?:refund|money|reimbursement|credit|payment|cash ?back)\b[^.?!;]{0,35}\b(?:never|not|hasn'?t|haven'?t|didn'?t|still|isn'?t|missing|pending|failed|declined|rejected|refused|wrong|short|less|didn't|nowhere|yet|hasnt|havent|bounced)\b|\b(?:not|never|hasn'?t|haven'?t|still|no|waiting|without|didn'?t|isn'?t|where(?:'s| is)|want|need|demand|get|give(?: me)?|havent|hasnt|didnt|request(?:ing)?|like|issue)\b[^.?!;]{0,25}\b(?:refund(?:ed)?|money back|reimburse\w*|compensation|my money)\b",
    r"\b(?:too (?:small|big|large|short|long|tight|loose|heavy|thin|dark|light|loud|weak|hot|cold|slow|narrow|wide)|poor (?:quality|condition|service)|bad (?:quality|condition|service|experience)|low quality|terrible|awful|horrible|disgusting|unacceptable|worst|disappoint\w*|(?:not|un)[- ]?(?:happy|satisfied|pleased|impressed)|dissatisf\w*|frustrat\w*|complain(?:t|ts|ing)?|fed up|rude|cheap(?:ly)? made|fell apart|falling apart|came (?:apart|off|undone|loose)|fell off|fallen off|coming off|falling off|allergic|rash|injur\w+|hurt|unsafe|dangerous)\b",
    r"\b(?:problem|problems|issue|issues|trouble|difficult(?:y|ies)|error|errors|concern|mistake|messed up|screwed up|mix(?:ed)?[- ]up|hacked|locked out|blocked|suspended|declined|rejected|denied|refused|cancel(?:l)?ed (?:my|without)|disappeared|vanished)\b(?! free)",
    r"\b(?:can'?t|cannot|cant|couldn'?t|could not|unable|not able|impossible|won'?t let me|doesn'?t let me|not letting me)\b[^.?!;]{0,30}\b(?:log|login|sign|access|pay|order|check ?out|use|apply|find|track|return|cancel|change|reach|get|purchase|buy|reset|update|open|see|add|place|complete|download|enter)\b",
    r"\b(?:i|we)(?:'d| would)? (?:really |just |also )?(?:want|need|like|wish|have|am trying|'m trying|would like|wanna|gotta|got) (?:to )?(?:\w+ )?(?:return|exchange|send (?:it|this|them|these|\w+) back|cancel|replace|swap|report|complain|change my (?:address|order|delivery)|a (?:refund|replacement|exchange|return label|return))\b(?![^.!;]*\?)",
    r"\b(?:i (?:would )?suggest|(?:a|my|one) suggestion|feedback for you|you (?:guys )?should|it would be (?:nice|great|better|good|helpful) if|would be (?:nice|great) (?:if|to have)|improve|please (?:add|improve|fix|stop|bring back))\b[^?]{6,}",
    r"\b(?:bought|ordered|purchased|received|got|delivered|came|arrived)\b[^.?!;]{0,60}\b(?:but|however|yet|and (?:it|the|they|now|one|two|there)|with(?: a| an)? (?:broken|missing|hole|hair|scratch|crack|dent|stain|tear|leak)|without|half|hole|holes|tear|gap)\b|\b(?:has|have|had|with|got|is|are|there'?s) (?:a |an |some |two |big |small |huge |lots of )*(?:holes?|tears?|cracks?|dents?|scratch(?:es)?|stains?|rips?|marks?|hairs?|bugs?|insects?|gaps?)\b",
)

# ------------------------------------------------------------ orders, questions, contact, chat
_ORDER_THING = r"(?:orders?|parcels?|packages?|pkg|delivery|deliveries|shipments?|items?|stuff|purchase|things?|shoes?|goods|product|products|box|mail|\w+ (?:order|parcel|package))"
ORDER_STATUS = _any(
    rf"\bwhere(?:'s| is| are|s|abouts)?\b[^.?!;]{{0,12}}\b(?:my|our|the)\b[^.?!;]{{0,20}}\b{_ORDER_THING}\b",
    rf"\b(?:track|tracking|trace|locate)\b[^.?!;]{{0,25}}\b{_ORDER_THING}\b|\b{_ORDER_THING} (?:tracking|status|location|whereabouts)\b|\btracking (?:number|info|information|code|link|details|id|status)\b|\bwhere to track\b|\btrack it\b",
    rf"\b(?:status|update|updates|progress|news|eta)\b[^.?!;]{{0,20}}\b(?:my|our|the|an|on|of|this|these)\b[^.?!;]{{0,15}}\b{_ORDER_THING}\b|\b(?:check|know|see|find out|tell me|give me)\b[^.?!;]{{0,25}}\b(?:status|eta) ?(?:of|on|for)?\b[^.?!;]{{0,20}}\b(?:order|delivery|shipment|package|parcel|purchase)\b",
    r"\bwhen (?:will|is|does|do|can|should|are|would|might)\b[^.?!;]{0,12}\b(?:my|our|the|i)\b[^.?!;]{0,30}\b(?:arriv\w*|come|coming|deliver\w*|get here|be here|here|show up|ship\w*|receive|get|expect|land|sent)\b",
    rf"\b(?:has|have|did|is|was|are)\b[^.?!;]{{0,8}}\b(?:my|our|the)\b[^.?!;]{{0,20}}\b{_ORDER_THING}\b[^.?!;]{{0,20}}\b(?:ship\w*|sent|dispatch\w*|left|on (?:its|the) way|out for|arriv\w*|process\w*|coming|packed|deliver\w*|confirmed|placed|go through|gone through)\b",
    rf"\bwhat(?:'s| is|s)? (?:happening|happened|going on|up|the (?:status|eta|deal)) (?:with|to|of|on|for) (?:my|our|the) (?:\w+ )?{_ORDER_THING}\b|\bhow (?:long|much longer|far)\b[^.?!;]{{0,20}}\b(?:my|until my|till my|before my)\b[^.?!;]{{0,15}}\b{_ORDER_THING}\b",
)
QUESTION_START = re.compile(
    r"^(?:(?:and|but|so|ok|okay|well|also|hi|hello|hey|please|sorry|btw|by the way|another question|quick question|question|just wondering|one more thing|oh|then)\b[\s,:\-–]*)*"
    r"(?:what|what's|whats|how|how's|hows|when|where|which|who|whose|why|is|are|am i|do|does|did|can|could|will|would|should|shall|may|have you|has|was|were|if i|isn't|aren't|don't you|doesn't|can't i|is it|"
    r"tell me|explain|i(?:'d| would) (?:like|love) to (?:know|ask|find out|understand|learn)|i (?:want|need|wanted|wish) to (?:know|ask|find out|understand|learn)|i(?:'m| am| was)? (?:just )?(?:wondering|curious|asking|interested)|wondering|wanna know|do you know|any idea|any chance|need (?:to know|info|information)|looking for (?:info|information)|(?:what|how) about|help (?:me )?(?:to )?(?:understand|know|check)|information (?:on|about)|info (?:on|about)|i (?:don't|do not|dont) (?:know|understand) (?:how|what|where|when|if|whether|why)|not sure (?:how|what|where|when|if|whether))\b",
    _I,
)
#: "Does that help?", "is this ok?": asked of what the shopper has just said or heard; there is nothing to look up.
SAYS_NOTHING = re.compile(
    r"(?:(?:so|and|ok|okay|but)\W+)*(?:does|did|do|will|would|is|was|are|can|could)\s+(?:that|this|it|these|those)"
    r"(?:\s+(?:all|any|really|now|then|be|make|me|you|to|for|good|fine|ok|okay|right|alright|enough|clear|help|"
    r"helps|helpful|useful|sense|better|correct|please))*\W*$"
)
CONTACT = _any(
    r"\b(?:contact|reach|get (?:in touch|a ?hold|hold|ahold|in contact)|getting in touch|call|phone|ring|e-?mail|write to|message|mail)\b\s*(?:of|with|to|out to)?\s*(?:you|u|your|the|someone (?:in|at|from)|somebody (?:in|at|from)|a|ur)?\s*(?:guys|people|all|shop|store|company|team|customer|support|service|care|help ?desk|client|helpline|hotline|office|department|centre|center)\b",
    r"\bhow (?:do|can|could|would|should|might|to|may|does one|are we supposed to|am i supposed to)\b[^.?!;]{0,15}\b(?:contact|reach|call|e-?mail|phone|write to|get in touch|get (?:a )?hold|get ahold|message)\b(?!.{0,20}\b(?:my|friend|bank|mom|seller|mother)\b)",
    r"\b(?:contact|customer (?:service|support|care)|support|help ?desk|helpline|hotline|service|assistance)(?: (?:centre|center|team|line|desk))?(?:'s)? (?:e-?mail|phone|telephone|number|address|details|info|information|hours|channels?|options?|page|methods?|times?)\b|\b(?:your|the|an?) (?:e-?mail address|phone number|telephone number|contact (?:details|info\w*|number|e-?mail|form|page)|support (?:e-?mail|number|line|address)|hotline|helpline|toll[- ]free \w*)\b",
    r"\b(?:what|which|is there|do you have|have you|got|need|want|give me|tell me|where(?:'s| is)?|send me)\b[^.?!;]{0,25}\b(?:phone|telephone|e-?mail|contact|support|hotline|helpline|toll[- ]free)\s*(?:number|address|line|details|info\w*|e-?mail|form)\b",
    r"\bways? (?:to|of|i can) (?:contact|reach|get in touch)\w*\b|\bwhere (?:can|do) i (?:get help|find (?:help|support)|contact|reach|write|complain)\b|\bwho (?:do|can|should) i (?:contact|call|email|write|talk to|speak to|reach|ask|turn to)\b|\bcontact (?:you|us|support|information|details)$|\b(?:when|what (?:time|hours)|at what time|until what time)\b[^.?!;]{0,30}\b(?:customer (?:service|support|care)|support|help ?desk|get in touch|contact|call|reach)\b",
)
#: "How are you?": a greeting by another name.
HOW_ARE_YOU = _any(
    r"\bhow(?:'s| are| r| is)? (?:you|u|ya|it going|things|your (?:day|week|morning|evening|weekend))\b(?! (?:going to|gonna|handling|process|ship))|\bwhat'?s up\b|\bwassup\b|\bhow do you do\b|\bhow have you been\b|\bnice to (?:meet|see|talk)\b",
    r"\bhow(?:'s| is|'ve| are)? (?:everything|life|things|it going|your day|you been|have you been)\b|\bwhat'?s (?:up|going on)(?: with you| today|\W*$)",
)
#: Sounds that say nothing.
INTERJECTION = re.compile(
    r"\b(?:lol+|lmao|rofl|ha(?:ha)+h?|he(?:he)+|omg|wtf|meh|blah(?: blah)*|whatever|u+m+|u+h+|h+m+|ugh+|huh|wow|oops|ouch|asdf\w*|test(?:ing)?(?: \d+)*|idk|dunno|eh+|tsk)\b",
    _I,
)
GREETING = re.compile(
    r"^(?:\s*(?:hi+|hiya|hello+|helo|hallo|hey+|heya|hai|hola|yo|greetings|howdy|sup|hullo|namaste|good ?(?:morning|afternoon|evening|day|mrng|eve|morrow)|morning|evening|afternoon|gm|dear (?:sir|madam|team|support|all|sir or madam|sir/madam)|welcome)"
    r"(?:[ ,]+(?:there|again|all|everyone|everybody|team|bot|askonce|sir|madam|mam|ma'am|mate|guys|folks|friend|support|dear|you|both|good (?:morning|afternoon|evening|day)))*\b)+[\s,.!:;\-–—~)👋🙂😊]*",
    _I,
)
THANKS = re.compile(
    r"\b(?:thanks|thank (?:you|u|ya)|thankyou|thankx|thx|thnx|tnx|thanx|tks|tysm|ty|tyvm|cheers|much appreciated|appreciate (?:it|that|your|the|you)|i appreciate|many thanks|grateful|gracias|merci|danke|you(?:'ve| have)? (?:been|were|was) (?:very |so |really |great|helpful|awesome|super )+\w*|that(?:'s| was| is)? (?:very |so |really )?helpful|great help|helped a lot|good (?:job|work)|well done)\b"
    r"(?:[ ,]*(?:so|very|a lot|lots|much|a bunch|a million|anyway|anyways|again|for (?:your|the|all|that|everything|ur) ?\w*(?: \w+)?|you|mate|man|buddy|bot|in advance|kindly|then|though|sir|madam|very much|so much|ok|bro|all the same)\b)*",
    _I,
)
GOODBYE = _any(
    r"\b(?:good ?bye+|bye+(?: ?bye+)?|cya|see (?:you|ya|u)(?: later| soon| around| again)?|farewell|so long|take care|ciao|adios|cheerio|ttyl|talk (?:to you )?(?:later|soon)|catch you later|later(?:s)?$|have a (?:good|nice|great|lovely|wonderful|pleasant|blessed) (?:day|one|evening|night|weekend|week|time|afternoon)|good ?night|gotta (?:go|run)|i(?:'ve| have)? (?:got to|gotta|must|need to|have to) (?:go|run|leave)(?: now)?$|i(?:'m| am) (?:off|leaving|done|out)(?: now| here)?$|signing off|peace out|until next time|end (?:the )?(?:chat|conversation)|you too$)\b",
    r"^(?:no[,. ]*|nope[,. ]*|ok[,. ]*|okay[,. ]*|great[,. ]*|yes[,. ]*)*(?:that(?:'s| is|s|'ll be| will be| would be|ll be)|this is) (?:all|it|everything)(?: (?:for (?:now|today)|i (?:needed|need|wanted|want|had)|thanks|thank you|then))*\W*$",
    r"^(?:no[,. ]*|nope[,. ]*|nah[,. ]*)+(?:nothing (?:else|more)|i'?m (?:good|fine|all set|done|ok|okay)|all (?:good|set|done)|that'?ll do)\b",
)
CANCEL = _any(
    r"\b(?:never ?mind|nvm|nevermind|forget (?:it|that|about it|this)|cancel (?:it|that|this|the ticket|the request|everything)(?! order)|scrap (?:it|that)|drop it|leave it(?: (?:be|there))?|don'?t (?:worry about it|bother)|no need(?: (?:anymore|any more|for (?:a|the) ticket|to open|now))?|(?:i )?changed? my mind|not (?:needed|necessary)(?: (?:anymore|any more|now))?|i(?:'ll| will) (?:do it|come back|try) (?:later|another time)|(?:solved|sorted|fixed|found) (?:it|already|itself)|(?:it'?s|its|is|got|been) (?:been )?(?:solved|sorted|fixed|resolved) (?:now|already|itself)|stop(?: (?:it|this|asking|that|please))?$|abort|let'?s (?:not|stop|leave it)|no longer (?:need|want)(?:ed)?)\b",
    r"^(?:just )?(?:cancel|stop|quit|exit|abort)(?: (?:please|now|it))?$",
)
UNHELPED = _any(
    r"\b(?:that|this|it|the answer|your answer|which)(?:'s| is| does| did|s)?(?: really)?(?: not|n'?t|nt) (?:really |actually |very |at all |even )*(?:help|helping|helpful|useful|answer|what i (?:asked|meant|mean|wanted|need)|solve|work|fix|enough|good enough|it|relevant|clear)\w*\b|\b(?:not|no|isn'?t|wasn'?t) (?:very |really |at all |much )?(?:helpful|useful|help|what i (?:asked|meant|was asking|wanted|needed|need))\b|\bdoesn'?t (?:really )?(?:answer|help|solve)\b|\bdid ?n'?t (?:really )?(?:help|answer|solve|work|fix)\b|\bunhelpful\b|\buseless (?:answer|bot|reply)\b|\bi (?:already |still )(?:know|knew|read) that\b|\bi know that already\b|\bthat'?s (?:useless|no help|no use)\b|\b(?:still|i) (?:don'?t|do not) (?:understand|get it)\b",
)

# ------------------------------------------------------------ yes and no (R7), read where a yes or no was asked
YES = re.compile(
    r"^(?:(?:oh|ok|okay|well|hmm+|um+|uh|so|and|then|actually|please|hi|no no|wait|right|alright|fine|oh well|i guess|i think|ah|hey)\b[\s,.!]*)*"
    r"(?:y+e+s+|yess*ir|yes+|yeah+|yea+h?|yeh|yep+|yup+|yah|ya|ye|aye|y|sure(?: thing)?|suree*|of course|ofc|certainly|absolutely|definitely|def|indeed|affirmative|totally|okay|ok+|k+|okey|okie|oki|okk+|kk|alright|all right|alrighty|fine|right|correct|exactly|true|agreed?|i agree|deal|perfect|great|good|sounds (?:good|great|fine|perfect)|works for me|that works|that(?:'s| is| would be|'d be)? (?:good|great|fine|ok|okay|right|correct|perfect|nice|lovely|helpful|wonderful|awesome|excellent|amazing)|it would be (?:good|great|nice)|go (?:ahead|for it|on)|proceed|do (?:it|that|so|please)|please(?: do| go ahead| proceed)?|pls(?: do)?|yes please|i(?:'d| would) (?:like|love|appreciate) (?:that|it|to|this)|i would(?! (?:like|love|want|prefer|rather) \w)|i do|i(?:'m| am) (?:sure|in|ok|okay|fine|happy) ?(?:with (?:that|it|this))?|let'?s (?:do (?:it|that|this)|go|try)|why not|might as well|by all means|if you (?:could|can|would|must|don'?t mind|please|like|want)|bring it on|make it so|confirm(?:ed)?|yes i confirm|you bet|you got it|i think so|i guess so|i suppose(?: so)?|you have my (?:approval|permission|blessing|ok)|(?:it|this|that) (?:is|'s|would be|sounds|works|seems|will be) (?:more than |just |really |very |absolutely )?(?:fine|good|great|perfect|ok|okay|cool|wonderful|excellent|lovely|nice|helpful)|that would help|uh[- ]?huh|mhm+|mm+h*m*|very well|cool|awesome|👍\w*|✅|✔️?|🙏|👌|💯|☑️?|be my guest|that is fine|no problem|no prob|as you (?:wish|like)|whatever you (?:say|think)|(?:send|book|file|open|raise|create|submit|confirm)(?: (?:it|one|that))?(?: (?:please|pls|now|then))+|send it|book it|file it|open it|i want (?:that|it|to|one|this)|need (?:that|it|one)|want (?:that|it|one))"
    r"(?![\w'])",
    _I,
)
NO = re.compile(
    r"^(?:(?:oh|ok|okay|well|hmm+|um+|uh|so|and|then|actually|hi|i think|i guess|thanks but|thank you but|thanks|please|wait|sorry|sorry but|hey|eh|er)\b[\s,.!]*)*"
    r"(?:no+|nope+|nop|nah+|naw|na|n|nay|negative|never(?! mind)|not (?:now|yet|today|really|at this time|right now|at the moment|necessary|needed|interested|this time|for now|at all|anymore|so fast)|no(?:t)? (?:thanks|thank you|thx|need|ty)|don'?t(?! (?:worry|forget|know|understand))(?: (?:bother|do (?:that|it)|open|create|file|want|need|think so|raise))?|do not(?! know)|dont(?! know)|i(?:'d| would) rather not|rather not|i(?:'d| would) prefer not|i (?:don'?t|do not|dont) (?:want|need|think|wish|require|care|like)|i(?:'m| am) (?:good|fine|ok|okay|all set|not (?:sure|interested|ready))|i(?:'ll| will) pass|pass|maybe later|some other time|later|another time|leave it|skip(?: it)?|stop|wrong|incorrect|that(?:'?s| is| was|'ll be| will be) (?:not|wrong|incorrect|all|it|everything)\b|absolutely not|certainly not|of course not|definitely not|hell no|no way|all good|👎\w*|❌|✖️?|🙅\w*|unfortunately not|not that i|nothing(?: else| more)?|none|it'?s (?:ok|okay|fine|alright|all right|not necessary|nothing)|that(?:'ll| will) be all|we(?:'re| are) (?:good|fine|done)|i won'?t|no longer|forget it|never ?mind|nvm)"
    r"(?![\w'])",
    _I,
)
#: A refusing word taken back at once: "no, go ahead", "no problem, do it", "don't worry, just open it", "not a problem, yes".
NO_BUT_YES = re.compile(
    r"^(?:no+|nah|nope)\b[\s,.!\-–]*(?:problem|prob|worries|objections?|issue|please (?:do|go|open|file|create)|that'?s (?:fine|ok|okay|good|great)|it'?s (?:fine|ok|okay)|go (?:ahead|on|for it)|do it|yes|yeah|sure|open it|file it|i (?:do|would)(?: like (?:that|it|one|a ticket))?\W*$|just (?:do|open|file|create|go)|you can|by all means)\b(?!.{0,12}\b(?:not|don'?t|no need|thanks)\b)|^(?:i )?don'?t (?:mind|see why not)\b|^(?:don'?t worry|why wouldn'?t)\b.{0,20}\b(?:do|open|go|yes|file|i)\b|^not a problem\b",
    _I,
)
#: An agreeing word taken back: "ok no", "yeah, don't bother", "sure but not now", "ok never mind", "yes but later", "yeah right".
YES_BUT_NO = re.compile(
    r"\b(?:don'?t(?! forget| worry| mind)|dont|do not|not (?:now|yet|today|really|right now|needed|necessary|anymore)|no thanks|no thank you|nope|nah|no need|never ?mind|nvm|leave it|later|forget it|rather not|as if|yeah right|cancel|no longer|no more|i'?m (?:good|fine|all set)|that'?s all|that'?s it|no$|^ok(?:ay)?,? no\b)\b",
    _I,
)
#: A ticket of ours by its reference.
OWN_REFERENCE = re.compile(r"(?<![\w-])ao-[0-9a-z]{4,12}-\d{1,6}(?![\w-])", _I)
#: A question about what would be, and not about what is.
IN_GENERAL = re.compile(r"\b(?:if|in case|what happens|do i do|can i do|should i do|when does|how long does|policy)\b")
FILLERS = re.compile(
    r"^(?:(?:ok(?:ay)?|well|so|um+|uh+|oh|ah|and|also|but|please|pls|plz|yes|yeah|yep|yup|sure|no|nope|actually|sorry|now|then|btw|by the way|right|alright|fine|anyway|just|hmm+|look|listen|basically|here|thanks|thank you|great|my|is|it'?s|its|i'?m|with|at|reach me|you can|contact me|mail me|the|on|me|for|of|to|address|e-?mail|id|mail|name|full|too|as well|there|again|sir|madam|kindly)\b|[\s,.:;!\-–—()<>|/\"'*_~])+$",
    _I,
)
SCORE = re.compile(
    r"^\W*(?:i(?:'d| would)? (?:give|rate)(?: (?:it|you|this))?(?: a)? |my rating is |rating:? ?)?([1-5])(?:\s*(?:/|out of)\s*5)?(?:\s*(?:stars?|⭐+|★+))?\W*$",
    _I,
)
