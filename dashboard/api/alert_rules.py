"""`/api/v1/alerts/rules`: the rules in force, checked, tried on the past and set."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import msgspec
from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from dashboard.api import alert_models as models
from dashboard.api.alert_answers import backtest_answer, rules_answer
from dashboard.api.alerts import Acting
from dashboard.api.models import Problem
from dashboard.rule_form import RuleValues, rule_values
from stream.contract import alerts as contract
from stream.contract.backtest import BackTest
from stream.contract.behind import ContactsBehind

_JSON: Final = "application/json"
# «alerts.yaml:12: rules.3.for: expected …», as every YAML error is told.
_LINE: Final = re.compile(r"^[^:]*:(\d+): ")
_BAD: Final[dict[int | str, dict[str, object]]] = {
    403: {"model": Problem, "description": "The request comes from another site's page."},
    422: {"model": models.RuleProblems, "description": "What is wrong with the rules, by line."},
    503: {"model": Problem, "description": "This cannot be done here, or not now."},
}


@dataclass(frozen=True)
class RuleTools:
    """What a dashboard cannot know of rules, and of who is behind an alert, by itself.

    `check` gives what is wrong with the text of an alerts.yaml in the place of the text in force,
    None where that is not known: each with its line, as `alerts.yaml:12: rules.3.for: expected …`.
    `backtest` tells what such rules would have done
    lately, `contacts` who is behind an alert by its rule; both may take long, and raise whatever
    they do. None where it cannot be done.
    """

    check: Callable[[str, str | None], list[str]]
    backtest: Callable[[str], BackTest] | None = None
    contacts: ContactsBehind | None = None


def rules_router(acting: Acting, tools: RuleTools | None) -> APIRouter:
    """The routes to rules."""
    router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])
    can_backtest = tools is not None and tools.backtest is not None

    @router.get("/rules", response_model=models.Rules, responses={503: _BAD[503]})
    async def rules() -> Response:
        """The rules in force as text, who set them, and each rule's record."""
        answer = rules_answer(acting.board(), can_backtest=can_backtest)
        return Response(msgspec.json.encode(answer), media_type=_JSON)

    @router.put("/rules", status_code=202, response_model=models.RulesAccepted, responses=_BAD)
    def set_rules(body: models.SetRules) -> Any:
        """Put rules into force, if they are right."""
        if body.by in (contract.FILE, contract.SHIPPED):
            # Rules of theirs no person set: they are replaced by newer ones at the next start.
            raise HTTPException(422, "by: expected the name of a person or a program")
        problems = _problems(tools, body.text, acting.rules_in_force())
        if problems:
            return _refused(problems)
        done = acting.act(contract.SetRules(by=body.by, at=acting.now_us(), text=body.text))
        return models.RulesAccepted(at=done.at)

    @router.post("/rules/check", response_model=models.RulesChecked, responses={503: _BAD[503]})
    def check(body: models.RulesToTry) -> models.RulesChecked:
        """What is wrong with rules, and the plain values in them; changes nothing."""
        forms = [_form(rule) for rule in rule_values(body.text)]
        problems = _problems(tools, body.text, acting.rules_in_force())
        return models.RulesChecked(problems=problems, rules=forms)

    _add_backtest(router, tools)
    return router


def _add_backtest(router: APIRouter, tools: RuleTools | None) -> None:
    # It takes a core for as long as it runs: one at a time.
    testing = Lock()

    @router.post("/backtest", response_model=models.BackTested, responses=_BAD)
    def backtest(body: models.RulesToTry) -> Any:
        """What rules would have done lately; changes nothing."""
        problems = _problems(tools, body.text)
        if problems:
            return _refused(problems)
        if tools is None or tools.backtest is None:
            raise HTTPException(503, "this dashboard cannot back-test rules")
        if not testing.acquire(blocking=False):
            raise HTTPException(503, "another back-test is running; try again when it is done")
        try:
            tested = tools.backtest(body.text)
        except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
            raise HTTPException(503, f"the back-test failed ({type(error).__name__})") from None
        finally:
            testing.release()
        return Response(msgspec.json.encode(backtest_answer(tested)), media_type=_JSON)


def _form(rule: RuleValues) -> models.RuleForm:
    told = msgspec.structs.asdict(rule)
    told["fields"] = [msgspec.structs.asdict(one) for one in rule.fields]
    return models.RuleForm.model_validate(told)


def _problems(
    tools: RuleTools | None, text: str, in_force: str | None = None
) -> list[models.RuleProblem]:
    if tools is None:
        raise HTTPException(503, "this dashboard cannot check rules")
    return [_problem(line) for told in tools.check(text, in_force) for line in told.splitlines()]


def _problem(told: str) -> models.RuleProblem:
    place = _LINE.match(told)
    if place is None:
        return models.RuleProblem(line=None, detail=told)
    return models.RuleProblem(line=int(place[1]), detail=told[place.end() :])


def _refused(problems: list[models.RuleProblem]) -> JSONResponse:
    first = problems[0]
    where = "" if first.line is None else f"line {first.line}: "
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    answer = models.RuleProblems(detail=f"{where}{first.detail}{more}", problems=problems)
    return JSONResponse(answer.model_dump(), status_code=422)
