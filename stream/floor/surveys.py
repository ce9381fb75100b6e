"""Surveys: who was asked, and what each answer adds to the scores."""

from __future__ import annotations

from stream.contract.events import SurveyAnswered, SurveySent
from stream.contract.figures import DRIVERS
from stream.floor.ledger import Ledger
from stream.windows.columns import COLUMN

SURVEYS_SENT = COLUMN["surveys_sent"]
SURVEYS = COLUMN["surveys"]
CSAT_N = COLUMN["csat_n"]
CSAT_SUM = COLUMN["csat_sum"]
CSAT_TOP = COLUMN["csat_top"]
RESOLVED_N = COLUMN["resolved_n"]
RESOLVED_YES = COLUMN["resolved_yes"]
NPS_N = COLUMN["nps_n"]
NPS_PROMOTERS = COLUMN["nps_promoters"]
NPS_DETRACTORS = COLUMN["nps_detractors"]
_DRIVER_COLUMNS = tuple(
    (driver, COLUMN[f"{driver}_n"], COLUMN[f"{driver}_top"]) for driver in DRIVERS
)

TOP_BOX_FROM = 4
PROMOTER_FROM = 9
DETRACTOR_UP_TO = 6


class SurveyBook:
    """Enters surveys for the queue, and for the channel and agent that they name themselves."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def sent(self, event: SurveySent) -> bool:
        data = event.data
        self._ledger.count(self._ledger.cell(data.queue, data.channel, data.agent), SURVEYS_SENT)
        return True

    def answered(self, event: SurveyAnswered) -> bool:
        data = event.data
        count = self._ledger.count
        cell = self._ledger.cell(data.queue, data.channel, data.agent)
        count(cell, SURVEYS)
        if data.csat is not None:
            count(cell, CSAT_N)
            count(cell, CSAT_SUM, data.csat)
            count(cell, CSAT_TOP, int(data.csat >= TOP_BOX_FROM))
        for driver, answers, top in _DRIVER_COLUMNS:
            score = getattr(data, driver)
            if score is not None:
                count(cell, answers)
                count(cell, top, int(score >= TOP_BOX_FROM))
        if data.resolved is not None:
            count(cell, RESOLVED_N)
            count(cell, RESOLVED_YES, int(data.resolved))
        if data.nps is not None:
            self._recommended(cell, data.nps)
        return True

    def _recommended(self, cell: int, score: int) -> None:
        self._ledger.count(cell, NPS_N)
        if score >= PROMOTER_FROM:
            self._ledger.count(cell, NPS_PROMOTERS)
        elif score <= DETRACTOR_UP_TO:
            self._ledger.count(cell, NPS_DETRACTORS)
