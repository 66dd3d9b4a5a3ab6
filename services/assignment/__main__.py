"""python -m services.assignment [serve|migrate|purge]"""

from ykcd.assignment.v1 import assignment_pb2_grpc, inquiry_pb2_grpc, inspection_pb2_grpc, obstacle_pb2_grpc

from kit.app import App
from services.assignment import api, files, handlers, purge, records, sweeper
from services.assignment.inquiry.api import InquiryService
from services.assignment.inspection.api import InspectionService
from services.assignment.obstacle.api import ObstacleService

app = App(
    "assignment",
    metadata=records.Base.metadata,
    servicers=[
        (
            api.AssignmentService,
            assignment_pb2_grpc.add_AssignmentServiceServicer_to_server,
            "ykcd.assignment.v1.AssignmentService",
        ),
        (ObstacleService, obstacle_pb2_grpc.add_ObstacleServiceServicer_to_server, "ykcd.assignment.v1.ObstacleService"),
        (InspectionService, inspection_pb2_grpc.add_InspectionServiceServicer_to_server, "ykcd.assignment.v1.InspectionService"),
        (InquiryService, inquiry_pb2_grpc.add_InquiryServiceServicer_to_server, "ykcd.assignment.v1.InquiryService"),
    ],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
    loops=[sweeper.sweep_uploads],
    settings=files.AssignmentSettings,
)

if __name__ == "__main__":
    app.main()
