"""Surveys: who was asked, and what each answer adds to the scores."""

from __future__ import annotations

from stream.contract.events import SurveyAnsweredData, SurveySentData
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

    def sent(self, _subject: str, _time: int, data: SurveySentData) -> None:
        base = self._ledger.bases[data.queue, data.channel, data.agent]
        self._ledger.measured.ones.append(base + SURVEYS_SENT)

    def answered(self, _subject: str, _time: int, data: SurveyAnsweredData) -> None:
        ones, sums = self._ledger.measured.ones, self._ledger.measured.sums
        base = self._ledger.bases[data.queue, data.channel, data.agent]
        ones.append(base + SURVEYS)
        if data.csat is not None:
            ones.append(base + CSAT_N)
            sums.extend((base + CSAT_SUM, data.csat))
            if data.csat >= TOP_BOX_FROM:
                ones.append(base + CSAT_TOP)
        for driver, answers, top in _DRIVER_COLUMNS:
            score = getattr(data, driver)
            if score is not None:
                ones.append(base + answers)
                if score >= TOP_BOX_FROM:
                    ones.append(base + top)
        if data.resolved is not None:
            ones.append(base + RESOLVED_N)
            if data.resolved:
                ones.append(base + RESOLVED_YES)
        if data.nps is not None:
            self._recommended(base, data.nps)

    def _recommended(self, base: int, score: int) -> None:
        ones = self._ledger.measured.ones
        ones.append(base + NPS_N)
        if score >= PROMOTER_FROM:
            ones.append(base + NPS_PROMOTERS)
        elif score <= DETRACTOR_UP_TO:
            ones.append(base + NPS_DETRACTORS)
