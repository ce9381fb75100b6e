"""`floorwatch stream`: a worker, and beside it an evaluator of alerts that may be the active one."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from stream.commands.options import RulesOption, read_rules
from stream.commands.terminal import (
    MISUSE,
    ConfigOption,
    Failure,
    LogOption,
    PartitionsOption,
    floor_plan,
    in_background,
    log_to_stderr,
    open_floor_log,
    say,
    stopping,
)

if TYPE_CHECKING:
    from stream.alerting.service import Setting
    from stream.contract.floorplan import FloorPlan
    from stream.logs.port import Log
    from stream.meters import WorkerMeters
    from stream.reopening import Open

MetricsPortOption = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        metavar="PORT",
        min=0,
        max=65535,
        help="Serve /metrics, /healthz and /readyz there.",
    ),
]
MetricsHostOption = Annotated[
    str, typer.Option("--metrics-host", metavar="ADDRESS", help="To listen on for that.")
]
DashboardUrlOption = Annotated[
    str | None, typer.Option("--dashboard-url", metavar="URL", help="For links in what is sent.")
]


def register(app: typer.Typer, *, now: Callable[[], int]) -> None:
    """Give the application the command; `now` is the wall clock in microseconds."""
    app.command()(StreamCommand(now).stream)


def alert_setting(
    name: str, plan: FloorPlan, rules: Path | None = None, dashboard_url: str | None = None
) -> Setting:
    """How an evaluator of that name judges, and how it tells others; the file of rules is checked
    first. Raises `Failure`."""
    from stream.alerting.service import Setting
    from stream.alerts.messages import Whereabouts
    from stream.notify.outbox import Outbox
    from stream.notify.sending import Sender

    text, _ = read_rules(rules)
    names = {queue: plan.name_of(queue) for queue in plan.queues}
    here = Whereabouts(plan.zone, dashboard_url, names)
    sender = Sender(here=here, environment=os.environ)
    # One for as long as the process lives: after a log was away it knows what is under way still.
    outbox = Outbox(sender.deliver)
    return Setting(
        name,
        rules_text=None if rules is None else text,
        deliveries=lambda: outbox,
        problems=sender.problems,
    )


@contextlib.contextmanager
def working_here(
    opened: Open, plan: FloorPlan, name: str, *, now: Callable[[], int], there: Event
) -> Iterator[None]:
    """Run a worker and an evaluator of that name in threads of this process while the block runs;
    the floor is judged once it is `there`."""
    from stream.alerting.service import evaluating
    from stream.meters import WorkerMeters
    from stream.service import run_stream

    setting, meters = alert_setting(name, plan), WorkerMeters(name, now())

    def work(stopped: Callable[[], bool]) -> None:
        run_stream(opened, plan, now=now, meters=meters, stopped=stopped)

    judging = evaluating(opened, plan, setting, now=now, there=there)
    with in_background("stream", work), judging:
        yield


class StreamCommand:
    """The command, which asks for the time."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def stream(  # noqa: PLR0913, PLR0917  a command has as many arguments as it has options
        self,
        log: LogOption,
        config: ConfigOption = None,
        partitions: PartitionsOption = None,
        metrics_port: MetricsPortOption = None,
        metrics_host: MetricsHostOption = "127.0.0.1",
        alerts: Annotated[
            bool, typer.Option(help="Be ready to judge alerts: one of all that are does.")
        ] = True,
        rules: RulesOption = None,
        dashboard_url: DashboardUrlOption = None,
    ) -> None:
        """Turn events into figures: any number share the work.

        A log that goes away is waited for.
        """
        from stream.alerting.service import evaluating
        from stream.meters import WorkerMeters
        from stream.service import run_stream, worker_name

        plan = floor_plan(config)
        setting = alert_setting(worker_name(log), plan, rules, dashboard_url)
        meters = WorkerMeters(worker_name(log), self._now())
        log_to_stderr(logging.INFO)

        there = Event()

        @contextlib.contextmanager
        def opened() -> Iterator[Log]:
            with open_floor_log(log, now=self._now, partitions=partitions) as source:
                there.set()
                yield source

        with stopping() as stopped, contextlib.ExitStack() as parts:
            if metrics_port is not None:
                served = _telling(meters, metrics_host, metrics_port, now=self._now)
                say(f"floorwatch: /metrics is at {parts.enter_context(served)}")
            if alerts:
                parts.enter_context(evaluating(opened, plan, setting, now=self._now, there=there))
            run_stream(opened, plan, now=self._now, meters=meters, stopped=stopped)


@contextlib.contextmanager
def _telling(
    meters: WorkerMeters, host: str, port: int, *, now: Callable[[], int]
) -> Iterator[str]:
    """Serve the meters while the block runs; gives `HOST:PORT`."""
    from stream.service import NoSuchHost, place_in_url, telling

    with contextlib.ExitStack() as parts:
        try:
            place = parts.enter_context(telling(meters, host, port, now=now))
        except NoSuchHost:
            raise Failure("--metrics-host: expected an address or a host's name", MISUSE) from None
        except OSError as error:
            option = "port" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "host"
            raise Failure(
                f"cannot listen on {place_in_url(host, port)}: {error.strerror or error}; "
                f"choose another with --metrics-{option}"
            ) from None
        yield place
