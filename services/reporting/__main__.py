"""python -m services.reporting [serve|migrate|purge]"""

from ykcd.reporting.v1 import reporting_pb2_grpc

from kit.app import App
from services.reporting import api, handlers, model, purge

app = App(
    "reporting",
    metadata=model.Base.metadata,
    servicers=[
        (api.ReportingService, reporting_pb2_grpc.add_ReportingServiceServicer_to_server, "ykcd.reporting.v1.ReportingService"),
    ],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
)

if __name__ == "__main__":
    app.main()
