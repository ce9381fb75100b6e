"""Surveys: who is asked, who answers when, and how scores follow from what happened."""

from __future__ import annotations

import math
from typing import Final

from simulator.lengths import lengths_of
from simulator.plans import LIVE_CHANNELS
from simulator.randomness import Draws, Weighted
from simulator.wording import COMMENTS, PAIN_POINTS, THANKS
from simulator.world import Agent, Contact, Run
from stream.contract.events import (
    Channel,
    RecognitionData,
    RecognitionGiven,
    SurveyAnswered,
    SurveyAnsweredData,
    SurveySent,
    SurveySentData,
)
from stream.contract.instants import MINUTE_US, SECOND_US

_PATIENT_US: Final = 90 * SECOND_US
_SENT_AFTER_US: Final[dict[Channel, int]] = {"chat": SECOND_US, "email": 60 * SECOND_US}
_SENT_AFTER_OTHERS_US: Final = 90 * SECOND_US
_ANSWERS: Final = "surveys"
_WORDS: Final = "surveys.words"
_SOONEST_US: Final = 3 * SECOND_US
# Of those who would have been content, so many are not where a drill wants anger [D].
ANGRY_SHARE: Final = 0.8

# Stars of the content and of the discontent: the J shape of science 3.
_CONTENT: Final = Weighted({5: 0.85, 4: 0.15})
_DISCONTENT: Final = Weighted({1: 0.45, 2: 0.20, 3: 0.35})
_NPS_CONTENT: Final = Weighted({10: 0.52, 9: 0.22, 8: 0.16, 7: 0.07, 6: 0.03})
_NPS_DISCONTENT: Final = Weighted(
    {0: 0.22, 2: 0.12, 3: 0.12, 4: 0.1, 5: 0.18, 6: 0.1, 7: 0.1, 8: 0.06}
)
_ASKED_DRIVER: Final = 0.7
_ASKED_NPS: Final = 0.35
_TELLS_WHY: Final = 0.7
_WRITES: Final = 0.3
# A driver follows the whole impression, except for a good agent in a bad affair and the like.
_SAME_MIND: Final = 0.85
_KNOWS_BETTER: Final = 0.08

Asked = tuple[Contact, Agent, bool]


class Surveys:
    """Asks customers after their contact is over."""

    def __init__(self, run: Run) -> None:
        self._run = run
        # Until when a queue's customers answer angrily; in drills alone.
        self.angry_until: dict[str, int] = {}
        self._delays = {
            channel: lengths_of(plan.survey.delay)
            for channel, plan in run.scenario.channels.items()
        }

    def after(self, contact: Contact, agent: Agent) -> None:
        """A contact is over: perhaps its customer is asked, and perhaps they answer."""
        draws = self._draws(_ANSWERS, contact)
        plan = self._run.scenario.channels[contact.channel].survey
        asked, content_u, answers_u = draws.chance(plan.asked), draws.uniform(), draws.uniform()
        delay_us = self._delays[contact.channel].draw_us(draws)
        if not asked:
            return
        content = content_u < self._content_share(contact, agent)
        answers = plan.answered
        if not content:
            answers *= self._run.scenario.opinion.dissatisfied_answer_more
        sent_us = _SENT_AFTER_US.get(contact.channel, _SENT_AFTER_OTHERS_US)
        survey: Asked = contact, agent, content
        self._run.agenda.after(sent_us, self._sent, survey)
        if answers_u < answers:
            answer_us = sent_us + _SOONEST_US + delay_us
            self._run.agenda.after(answer_us, self._answered, survey)

    def _draws(self, what: str, contact: Contact) -> Draws:
        """Who came by a wave draws apart, so that without it everybody else answers as before."""
        name = f"{what}.{contact.origin}" if contact.origin else what
        return self._run.streams.draws(name)

    def _content_share(self, contact: Contact, agent: Agent) -> float:
        opinion = self._run.scenario.opinion
        logit = opinion.resolved if contact.course.resolved else opinion.unresolved
        logit += opinion.transferred * contact.transfers + agent.liked
        logit += opinion.came_again * contact.returns - contact.mood.angry
        strain = self._run.scenario.people.strain
        if strain is not None:
            logit -= strain.manner * contact.strained
        if contact.channel in LIVE_CHANNELS and contact.waited_us > _PATIENT_US:
            logit += opinion.waited_minute * (contact.waited_us - _PATIENT_US) / MINUTE_US
        return 1 / (1 + math.exp(-logit))

    def _sent(self, survey: Asked) -> None:
        contact, agent, _ = survey
        data = SurveySentData(queue=contact.line.id, agent=agent.id, channel=contact.channel)
        self._run.journal.write(SurveySent, contact.id, data)

    def _answered(self, survey: Asked) -> None:
        contact, agent, content = survey
        content = content and not self._is_angry(contact)
        draws, words = self._draws(_ANSWERS, contact), self._draws(_WORDS, contact)
        csat = draws.pick(_CONTENT if content else _DISCONTENT)
        honest = draws.uniform() >= _KNOWS_BETTER
        data = SurveyAnsweredData(
            queue=contact.line.id,
            agent=agent.id,
            channel=contact.channel,
            csat=csat,
            resolved=contact.course.resolved == honest,
            manner=_driver(draws, content=content or draws.chance(0.4)),
            ease=_driver(draws, content=content),
            effectiveness=_driver(draws, content=contact.course.resolved),
            emotion=_driver(draws, content=content),
            trust=_driver(draws, content=content),
            nps=_nps(draws, content=content),
            pain_point=_pain_point(words, contact, content=content),
            journey_stage=contact.customer.journey_stage,
            segment=contact.customer.segment,
            comment=_comment(words, contact, content=content),
        )
        self._run.journal.write(SurveyAnswered, contact.id, data)
        if csat == 5 and draws.chance(self._run.scenario.people.thanked_by_customer):
            self._run.journal.write(
                RecognitionGiven,
                agent.id,
                RecognitionData(by="customer", contact=contact.id, reason=words.pick(THANKS)),
            )

    def _is_angry(self, contact: Contact) -> bool:
        if self.angry_until.get(contact.line.id, 0) <= self._run.agenda.now:
            return False
        return self._run.streams.fresh(f"anger.{contact.id}").chance(ANGRY_SHARE)


def _driver(draws: Draws, *, content: bool) -> int | None:
    asked, same = draws.chance(_ASKED_DRIVER), draws.chance(_SAME_MIND)
    score = draws.pick(_CONTENT if content == same else _DISCONTENT)
    return score if asked else None


def _nps(draws: Draws, *, content: bool) -> int | None:
    asked = draws.chance(_ASKED_NPS)
    score = draws.pick(_NPS_CONTENT if content else _NPS_DISCONTENT)
    return score if asked else None


def _pain_point(draws: Draws, contact: Contact, *, content: bool) -> str | None:
    tells, named = draws.chance(_TELLS_WHY), draws.pick(PAIN_POINTS)
    if content or not tells:
        return None
    if contact.channel in LIVE_CHANNELS and contact.waited_us > _PATIENT_US:
        return "long_wait"
    return "passed_around" if contact.transfers else named


def _comment(draws: Draws, contact: Contact, *, content: bool) -> str | None:
    writes, place = draws.chance(_WRITES), draws.uniform()
    language = "es" if contact.customer.language == "es" else "en"
    sentences = COMMENTS[language, content]
    return sentences[int(place * len(sentences))] if writes else None
