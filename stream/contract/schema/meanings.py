"""What each attribute and field of an event means, in a sentence for people."""

from __future__ import annotations

from typing import Final

# A field that means the same wherever it stands.
COMMON: Final = {
    # The envelope.
    "specversion": "The version of CloudEvents.",
    "id": "With `source`, the event's name: the same pair again is a duplicate.",
    "source": "Who wrote the event, such as the telephone system of one site.",
    "type": "What happened.",
    "time": "When it happened.",
    "subject": "The contact that it happened to.",
    # Contacts and people.
    "queue": "The queue that the contact waits in or was answered in.",
    "channel": "How the customer reaches the centre.",
    "customer": "Who the customer is; personal data, so send a pseudonym.",
    "segment": "The customer's segment, such as `veterans`.",
    "journey_stage": "How far the customer is on the way, such as `renewal`.",
    "resolved": "Whether what the customer came for is settled.",
    "reason": "Why, in a word or a sentence.",
    # Scores.
    "csat": "Satisfaction.",
    "manner": "How the customer was treated by the agent.",
    "ease": "How easy it was.",
    "effectiveness": "Whether the customer got what was needed.",
    "emotion": "How the customer felt.",
    "trust": "Trust in the organisation.",
    "nps": "How likely the customer is to recommend it.",
}

# A field of one type, or one that means something else there than elsewhere.
SPECIAL: Final = {
    ("contact.queued", "queue"): "The queue in which the wait begins.",
    ("contact.queued", "priority"): "Its rank in the queue, by the routing's own scale.",
    ("contact.queued", "language"): "The language that the customer asked for, such as `es`.",
    ("contact.queued", "intent"): "What the customer wants, such as `card_lost`.",
    ("contact.queued", "redial_of"): "The earlier contact of a customer who calls again.",
    ("contact.offered", "agent"): "The agent at whom it rings.",
    ("contact.declined", "agent"): "The agent who did not take it.",
    ("contact.declined", "reason"): "Whether it rang out or was turned down.",
    ("contact.answered", "agent"): "The agent who took it.",
    ("contact.held", "agent"): "The agent who is on it.",
    ("contact.resumed", "agent"): "The agent who is on it.",
    ("contact.transferred", "queue"): "The queue that it was answered in.",
    ("contact.transferred", "agent"): "The agent who passed it on.",
    ("contact.transferred", "kind"): "Whether the agent spoke to the next one first.",
    ("contact.transferred", "to_queue"): "The queue it goes to; a `contact.queued` follows.",
    ("contact.transferred", "to_agent"): "The agent it goes to; a `contact.answered` follows.",
    ("contact.abandoned", "queue"): "The queue that the customer left.",
    ("contact.diverted", "queue"): "The queue that it was taken out of.",
    ("contact.diverted", "to"): "Where it went.",
    ("contact.ended", "agent"): "The agent who was on it.",
    ("contact.ended", "by"): "Who ended it; `system` also where nobody knows.",
    ("contact.wrapped", "queue"): "The queue of the conversation that was wrapped up.",
    ("contact.wrapped", "agent"): "The agent whose wrap-up is over.",
    ("contact.wrapped", "disposition"): "The outcome that the agent chose.",
    ("bot.escalated", "queue"): "The queue that the people are in.",
    ("bot.escalated", "keyword"): "The word of the customer's that set it off.",
    ("callback.promised", "queue"): "The queue that owes the call.",
    ("callback.promised", "due"): "By when.",
    ("callback.attempted", "queue"): "The queue that called.",
    ("callback.attempted", "agent"): "The agent who called.",
    ("callback.attempted", "reached"): "Whether the customer was reached.",
    ("message.received", "queue"): "The queue that the message stands in.",
    ("message.sent", "queue"): "The queue that the reply counts for.",
    ("message.sent", "agent"): "The agent who wrote.",
    ("survey.sent", "queue"): "The queue that the survey asks about.",
    ("survey.sent", "agent"): "The agent whom it asks about.",
    ("survey.sent", "channel"): "The channel of the contact that it asks about.",
    ("survey.answered", "queue"): "The queue that the survey asks about.",
    ("survey.answered", "agent"): "The agent whom it asks about.",
    ("survey.answered", "channel"): "The channel of the contact that it asks about.",
    ("survey.answered", "pain_point"): "What stood in the way, such as `long_wait`.",
    ("survey.answered", "comment"): "The customer's own words; personal data.",
    ("agent.state", "subject"): "The agent.",
    ("agent.state", "state"): "The agent's state from now on.",
    ("agent.state", "reason"): (
        "Why, such as `break`, `lunch`, `training`, `coaching`, `meeting` or `decompression`."
    ),
    ("agent.state", "team"): "The agent's team from now on; absent: as before.",
    ("agent.state", "queues"): (
        "The queues that the agent takes contacts from, from now on; absent: as before; an empty"
        " list: none."
    ),
    ("recognition.given", "subject"): "The agent who was thanked.",
    ("recognition.given", "by"): "Who thanked.",
    ("recognition.given", "contact"): "The contact it was for.",
    ("recognition.given", "reason"): "What for; may be personal, so it is kept like a comment.",
    ("plan.interval", "subject"): "The queue that is planned for.",
    ("plan.interval", "start"): "When the interval begins.",
    ("plan.interval", "minutes"): "How long it is.",
    ("plan.interval", "forecast_contacts"): "How many contacts are expected in it.",
    ("plan.interval", "forecast_aht_s"): "Their expected handle time, in seconds.",
    ("plan.interval", "required_agents"): "How many agents that takes.",
    ("plan.interval", "scheduled_agents"): "How many agents are on the roster.",
}


def meaning_of(event_type: str, field: str) -> str:
    """What the attribute or field says in events of that type."""
    return SPECIAL.get((event_type, field)) or COMMON[field]
