"""python -m services.reporting [serve|migrate|purge|rebuild]"""

import asyncio

import typer
from ykcd.reporting.v1 import evaluation_pb2_grpc, form_pb2_grpc, report_pb2_grpc, reporting_pb2_grpc

from kit.app import App
from kit.events import Handlers
from services.reporting import api, handlers, model, purge, tally
from services.reporting import rebuild as rebuilding
from services.reporting.config import ReportingSettings
from services.reporting.evaluation import handlers as measured
from services.reporting.evaluation.api import EvaluationService
from services.reporting.forms.api import FormService
from services.reporting.periodic import handlers as cited
from services.reporting.periodic import schedule
from services.reporting.periodic.api import ReportService


def hearing(projections: Handlers) -> Handlers:
    """The projections' handlers, and those of what reports and the evaluation cite beside them."""
    return measured.beside(cited.beside(projections))


app = App(
    "reporting",
    metadata=model.Base.metadata,
    servicers=[
        (EvaluationService, evaluation_pb2_grpc.add_EvaluationServiceServicer_to_server, "ykcd.reporting.v1.EvaluationService"),
        (api.ReportingService, reporting_pb2_grpc.add_ReportingServiceServicer_to_server, "ykcd.reporting.v1.ReportingService"),
        (FormService, form_pb2_grpc.add_FormServiceServicer_to_server, "ykcd.reporting.v1.FormService"),
        (ReportService, report_pb2_grpc.add_ReportServiceServicer_to_server, "ykcd.reporting.v1.ReportService"),
    ],
    handlers=hearing(handlers.HANDLERS),
    erase=purge.purge,
    loops=[schedule.keep_reports, tally.keep_tallies],
    settings=ReportingSettings,
)


def rebuild() -> None:
    """Make everything anew that was made of others' events: the streams keep all of them."""
    typer.echo(f"{asyncio.run(rebuilding.rebuild(app, app.runtime(app.settings()), hearing))} events")


app.commands = [rebuild]

if __name__ == "__main__":
    app.main()
