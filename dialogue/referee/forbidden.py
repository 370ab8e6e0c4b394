"""What the bot may never say, in the six languages of the catalogues: to open a ticket anew (R11), a fourth field (R1),
a second confirmation (R2, R8), a promise or a status (R15). A pattern for each language, all of them tried on every
reply: whoever answers in a language may break a rule in another."""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.I)


REOPEN = _any(
    r"\bre-?\s?open|\bopen (?:a |another )?new (?:ticket|request|case)\b",
    r"\bwieder(?: |er)?(?:öffn|eröffn)|\berneut öffn|"
    r"\bneues (?:Support-)?(?:Ticket|Anliegen) (?:öffn|eröffn|anleg|erstell|aufmach)",
    r"\brouvr(?:ir|ez|e\b)|\bouvr(?:ir|ez) (?:de nouveau|à nouveau|un nouveau) ?(?:ticket|dossier|demande)?",
    r"\breabr(?:ir|a|an|irlo|irla)\b|\b(?:abrir|abra|abre) (?:un |otro )?nuevo (?:ticket|caso)",
    r"\breabr(?:ir|a|am)\b|\b(?:abrir|abra) (?:um |outro )?novo (?:ticket|chamado|pedido de suporte)",
    r"(?:إعادة|أعد|أعيدي|أعيدوا) فتح|(?:افتح|افتحي|فتح) تذكرة جديدة",
)
FOURTH = _any(
    r"\b(?:order|tracking|invoice|account|customer) (?:number|id|no\b)|\bphone|\btelephone|\bpostal|"
    r"\baddress of delivery|\bphotos?\b|\bscreenshots?\b|\bpictures?\b|\bmore (?:detail|information|about)|"
    r"\bfurther detail|\bdescri(?:be|ption)|\bsummar|\bcategory\b|\bpriority\b|\bin (?:a few|your own) words\b|"
    r"\bcould you (?:tell|explain)|\bcharacters?\b|\bat most\b|\bwords or (?:less|fewer)\b",
    r"\b(?:Bestell|Auftrags|Sendungs|Rechnungs|Konto|Kunden|Telefon|Handy)nummer|\bTelefon\b|\bPostleitzahl|"
    r"\bLieferadresse|"
    r"\bFotos?\b|\bBild(?:er)?\b|\bnähere (?:Angaben|Einzelheiten)|\bmehr (?:Details|Angaben|Informationen)|"
    r"\bbeschreib",
    r"\bnuméro de (?:commande|suivi|facture|compte|client|téléphone)|\btéléphone\b|\bcode postal|"
    r"\badresse de livraison|"
    r"\bcaptures? d'écran|\b(?:plus de|davantage de) (?:détails|précisions)|\bdécri(?:re|vez)",
    r"\bnúmero de (?:pedido|orden|seguimiento|factura|cuenta|cliente|teléfono)|\bteléfono\b|\bcódigo postal|"
    r"\bdirección de entrega|\bfotos?\b|\bcapturas? de pantalla|\bmás (?:detalles|información)|\bdescrib",
    r"\bnúmero d[aeo] (?:pedido|encomenda|rastreio|fatura|conta|cliente|telefone)|\btelefone\b|\btelemóvel\b|"
    r"\bcódigo postal|\bCEP\b|\bendereço de entrega|\bmorada de entrega|\bcapturas? de (?:tela|ecrã)|"
    r"\bmais (?:detalhes|informaç)|\bdescrev",
    r"رقم (?:ال)?(?:طلب|تتبع|فاتورة|حساب|عميل|هاتف|جوال)|الهاتف|هاتفك|الرمز البريدي|عنوان التوصيل|صورة|صورًا|"
    r"لقطة شاشة|"
    r"(?:تفاصيل|معلومات) (?:أكثر|إضافية)|المزيد من التفاصيل",
)
AGAIN = _any(
    r"\bplease confirm\b|\bcan you confirm\b|\bis (?:that|this) (?:right|correct)\b|\bare you sure\b|"
    r"\bshall i (?:go ahead|file|send|submit)\b|\bdo you still want\b|\bready to (?:file|submit)\b|"
    r"\bcheck (?:the|these|your) details\b",
    r"\bbestätigen Sie|\bbitte bestätig|\b(?:ist|stimmt) das (?:so )?(?:richtig|korrekt)?\s*\?|\bsind Sie sicher|"
    r"\bsoll ich (?:es|das|das Ticket|die Anfrage) (?:jetzt |nun )?(?:absenden|abschicken|einreichen|anlegen)|"
    r"\bmöchten Sie (?:immer )?noch\b|\bprüfen Sie (?:bitte )?(?:die|Ihre) Angaben",
    r"\b(?:veuillez|pouvez-vous) confirmer|\bconfirmez\b|\best-ce (?:bien )?(?:exact|correct|juste)|"
    r"\b(?:en )?êtes-vous sûr|"
    r"\bdois-je (?:l'envoyer|envoyer|créer|déposer)|\bvoulez-vous toujours\b|\bvérifiez (?:les|vos) (?:données|"
    r"informations)",
    r"\bconfirme\b|\bpuede confirmar|¿es correcto|¿está (?:usted )?segur|¿(?:lo )?envío\b|¿aún quiere|"
    r"¿todavía quiere|\brevise (?:los|sus) datos",
    r"\bconfirme\b|\bpode confirmar|\bestá correto\?|\btem (?:a )?certeza|\bposso enviar|\bainda (?:quer|deseja)\b|"
    r"\bverifique (?:os|seus|os seus) dados",
    r"يرجى التأكيد|أكّد|هل تؤكد|هل هذا صحيح|هل أنت متأكد|هل ما زلت تريد|راجع بياناتك",
)
PROMISE = _any(
    r"\bguarantee|\bpromise|\bi(?:'ll| will) (?:make sure|ensure|refund|cancel your|change your|resend)|"
    r"\bwill be (?:refunded|resolved|solved|delivered by|approved)\b|"
    r"\byour (?:order|parcel|package|refund|return|ticket) (?:is|was|has been) "
    r"(?:on its way|shipped|delivered|approved|rejected|processed|in progress|resolved|closed|"
    r"being (?:processed|looked))",
    r"\bgarantier|\bversprech|\bich (?:sorge dafür|kümmere mich um die Erstattung)|"
    r"\bwird (?:sicher )?(?:erstattet|gelöst|"
    r"genehmigt)\b|\bIhre? (?:Bestellung|Paket|Erstattung|Rückgabe|Ticket) (?:ist|wurde|wird) (?:schon |gerade |"
    r"bereits )?"
    r"(?:unterwegs|versandt|verschickt|geliefert|genehmigt|abgelehnt|bearbeitet|in Bearbeitung|gelöst|geschlossen)",
    r"\bgaranti(?:s|t|ssons|r|e)\b|\bpromet|\bpromis\b|\bsera (?:remboursée?|résolue?|approuvée?)|"
    r"\bvotre (?:commande|colis|"
    r"remboursement|retour|ticket) (?:est|a été) (?:en route|expédiée?|livrée?|approuvée?|refusée?|en cours|"
    r"résolue?|clos)",
    r"\bgarantiz|\bgarantía de que|\bpromet|\bserá (?:reembolsad|resuelt|aprobad)|\bsu (?:pedido|paquete|reembolso|"
    r"devolución|ticket) (?:está|ha sido|fue) (?:en camino|enviad|entregad|aprobad|rechazad|en proceso|resuelt|"
    r"cerrad)",
    r"\bgarant(?:o|imos|ir|ia de que)\b|\bpromet|\bserá (?:reembolsad|resolvid|aprovad)|\b(?:o )?seu (?:pedido|"
    r"pacote|"
    r"reembolso|chamado|ticket) (?:está|foi) (?:a caminho|enviad|entregue|aprovad|recusad|em andamento|resolvid|"
    r"fechad)",
    r"نضمن|أضمن|نعدك|أعدك|سيتم (?:رد المبلغ|استرداد|حل|الموافقة)|(?:طلبك|شحنتك|طردك) (?:في الطريق|تم شحنه|تم توصيله)|"
    r"تذكرتك (?:قيد المعالجة|تم حلها|مغلقة)",
)
