"""python -m services.directive [serve|migrate|seed FOLDER]"""

from ykcd.directive.v1 import directive_pb2_grpc, registry_pb2_grpc

from kit.app import App
from services.directive import api, handlers, model, seed

app = App(
    "directive",
    metadata=model.Base.metadata,
    servicers=[
        (api.DirectiveService, directive_pb2_grpc.add_DirectiveServiceServicer_to_server, "ykcd.directive.v1.DirectiveService"),
        (api.RegistryService, registry_pb2_grpc.add_RegistryServiceServicer_to_server, "ykcd.directive.v1.RegistryService"),
    ],
    handlers=handlers.HANDLERS,
    commands=[seed.seed],
)

if __name__ == "__main__":
    app.main()
