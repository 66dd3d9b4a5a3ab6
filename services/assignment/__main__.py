"""python -m services.assignment [serve|migrate]"""

from ykcd.assignment.v1 import assignment_pb2_grpc

from kit.app import App
from services.assignment import api, files, handlers, model, sweeper

app = App(
    "assignment",
    metadata=model.Base.metadata,
    servicers=[
        (
            api.AssignmentService,
            assignment_pb2_grpc.add_AssignmentServiceServicer_to_server,
            "ykcd.assignment.v1.AssignmentService",
        ),
    ],
    handlers=handlers.HANDLERS,
    loops=[sweeper.sweep_uploads],
    settings=files.AssignmentSettings,
)

if __name__ == "__main__":
    app.main()
