"""python -m services.deadline [serve|migrate|seed-calendar]"""

from ykcd.deadline.v1 import deadline_pb2_grpc, urging_pb2_grpc

from kit.app import App
from services.deadline import api, handlers, model, purge, schedule, seed
from services.deadline.config import DeadlineSettings

app = App(
    "deadline",
    metadata=model.Base.metadata,
    servicers=[
        (api.DeadlineService, deadline_pb2_grpc.add_DeadlineServiceServicer_to_server, "ykcd.deadline.v1.DeadlineService"),
        (api.UrgingService, urging_pb2_grpc.add_UrgingServiceServicer_to_server, "ykcd.deadline.v1.UrgingService"),
    ],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
    loops=[
        schedule.keep_calendar,
        schedule.keep_deadlines,
        schedule.keep_urging,
        schedule.keep_obligations,
        schedule.keep_reminders,
    ],
    settings=DeadlineSettings,
    commands=[seed.seed_calendar],
)

if __name__ == "__main__":
    app.main()
