"""What no reply may say, in any language of the catalogues; what the catalogues do say is tried in `test_phrases`."""

from __future__ import annotations

import re

import pytest

from dialogue.referee.forbidden import AGAIN, FOURTH, PROMISE, REOPEN

REOPENS = (
    "Please re-open the ticket.", "Sie können ein neues Ticket anlegen.", "Bitte das Ticket wieder öffnen.",
    "Vous pouvez rouvrir le ticket.", "Por favor reabra el ticket.", "Você pode abrir um novo chamado.",
    "يمكنك إعادة فتح التذكرة.",
)  # fmt: skip
FOURTHS = (
    "I also need your order number.", "Ich brauche noch Ihre Bestellnummer.", "Envoyez-moi des photos.",
    "Il me faut votre numéro de commande.", "Necesito su número de pedido.", "Preciso do seu telefone.",
    "أحتاج إلى رقم الطلب.", "Dígame más detalles.", "Bitte beschreiben Sie das Anliegen.",
)  # fmt: skip
CONFIRMS = (
    "Is that correct?", "Bitte bestätigen Sie das.", "Soll ich das Ticket jetzt absenden?", "Veuillez confirmer.",
    "Êtes-vous sûr ?", "¿Es correcto?", "Está correto?", "Tem certeza?", "هل هذا صحيح؟", "Sind Sie sicher?",
)  # fmt: skip
PROMISES = (
    "Your order is on its way.", "Das wird erstattet.", "Ihre Bestellung ist unterwegs.", "Votre colis a été expédié.",
    "Il sera remboursé.", "Su pedido está en camino.", "O seu pedido foi enviado.", "طلبك في الطريق.", "نضمن لك ذلك.",
    "Das verspreche ich Ihnen.", "Se lo prometemos.",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        pytest.param(pattern, said, id=said)
        for pattern, sentences in ((REOPEN, REOPENS), (FOURTH, FOURTHS), (AGAIN, CONFIRMS), (PROMISE, PROMISES))
        for said in sentences
    ],
)
def test_it_is_heard_in_every_language(pattern: re.Pattern[str], said: str) -> None:
    assert pattern.search(said)
