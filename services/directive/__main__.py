"""python -m services.directive [serve|migrate|seed FOLDER]"""

from ykcd.directive.v1 import directive_pb2_grpc, people_pb2_grpc, programme_pb2_grpc, registry_pb2_grpc

from kit.app import App
from services.directive import handlers, model, purge, seed
from services.directive.api import documents, people, programme, registry
from services.directive.config import DirectiveSettings

app = App(
    "directive",
    metadata=model.Base.metadata,
    servicers=[
        (documents.DirectiveService, directive_pb2_grpc.add_DirectiveServiceServicer_to_server, "ykcd.directive.v1.DirectiveService"),
        (registry.RegistryService, registry_pb2_grpc.add_RegistryServiceServicer_to_server, "ykcd.directive.v1.RegistryService"),
        (people.PeopleService, people_pb2_grpc.add_PeopleServiceServicer_to_server, "ykcd.directive.v1.PeopleService"),
        (programme.ProgrammeService, programme_pb2_grpc.add_ProgrammeServiceServicer_to_server, "ykcd.directive.v1.ProgrammeService"),
    ],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
    settings=DirectiveSettings,
    commands=[seed.seed],
)

if __name__ == "__main__":
    app.main()
