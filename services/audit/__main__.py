"""python -m services.audit [serve|migrate|replay|verify]"""

from ykcd.audit.v1 import audit_pb2_grpc

from kit.app import App
from services.audit import api, gaps, handlers, model, purge, verify

app = App(
    "audit",
    metadata=model.Base.metadata,
    servicers=[(api.AuditService, audit_pb2_grpc.add_AuditServiceServicer_to_server, "ykcd.audit.v1.AuditService")],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
    loops=[gaps.watch_gaps],
    commands=[verify.verify],
)

if __name__ == "__main__":
    app.main()
