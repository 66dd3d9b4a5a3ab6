"""python -m services.deadline [serve|migrate|seed-calendar]"""

from ykcd.deadline.v1 import deadline_pb2_grpc

from kit.app import App
from services.deadline import api, handlers, model, schedule, seed

app = App(
    "deadline",
    metadata=model.Base.metadata,
    servicers=[(api.DeadlineService, deadline_pb2_grpc.add_DeadlineServiceServicer_to_server, "ykcd.deadline.v1.DeadlineService")],
    handlers=handlers.HANDLERS,
    loops=[schedule.keep_time],
    commands=[seed.seed_calendar],
)

if __name__ == "__main__":
    app.main()
