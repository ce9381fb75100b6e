"""What customers and bots say: small fixed sets of believable sentences."""

from __future__ import annotations

from typing import Final

from simulator.randomness import Weighted

# By language and by whether the customer was content.
COMMENTS: Final[dict[tuple[str, bool], tuple[str, ...]]] = {
    ("en", True): (
        "She explained the letter in plain words. Thank you.",
        "Quick and friendly, my card is on the way.",
        "First time somebody told me exactly which papers to send.",
        "I was worried about losing coverage and he sorted it out.",
        "Polite, patient, and it took ten minutes.",
        "The text back was faster than I expected.",
        "They fixed the address and called me back as promised.",
        "Very kind with my mother, who does not hear well.",
    ),
    ("en", False): (
        "Waited too long and then had to tell everything twice.",
        "I still don't know whether my renewal was received.",
        "Was told to upload the form again. This is the third time.",
        "The chat ended before my question was answered.",
        "Nobody could say when the payment comes.",
        "I was sent to another department and back again.",
        "The letter says one thing and the agent another.",
        "Nice person but could not help me.",
    ),
    ("es", True): (
        "Me atendieron en español y con mucha paciencia.",
        "Muy amable, resolvió mi renovación en una llamada.",
        "Por fin entendí qué documentos faltaban.",
        "Gracias, me devolvieron la llamada a tiempo.",
    ),
    ("es", False): (
        "Esperé mucho tiempo y no resolvieron mi caso.",
        "Tuve que explicar todo otra vez.",
        "Todavía no sé si recibieron mis papeles.",
        "La carta no se entiende y nadie me la explicó.",
    ),
}

PAIN_POINTS: Final = Weighted(
    {
        "unclear_letter": 24,
        "had_to_repeat": 20,
        "not_resolved": 22,
        "missing_document": 16,
        "website_trouble": 12,
        "rude_or_cold": 6,
    }
)

THANKS: Final = Weighted(
    {
        "Took the time to listen": 3,
        "Explained everything clearly": 3,
        "Solved it in one call": 2,
        "Was kind on a hard day": 2,
    }
)

# Why a bot hands over: the customer's word, and the bot's reason.
ESCALATIONS: Final = Weighted(
    {
        ("agent", "asked_for_person"): 40,
        ("human", "asked_for_person"): 12,
        (None, "not_understood"): 26,
        ("appeal", "keyword"): 8,
        ("eviction", "keyword"): 5,
        ("complaint", "keyword"): 9,
    }
)
