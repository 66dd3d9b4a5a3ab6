"""python -m services.notification [serve|migrate|purge]"""

from ykcd.notification.v1 import notification_pb2_grpc

from kit.app import App
from services.notification import api, handlers, mail, model, purge
from services.notification.config import NotificationSettings

app = App(
    "notification",
    metadata=model.Base.metadata,
    servicers=[
        (
            api.NotificationService,
            notification_pb2_grpc.add_NotificationServiceServicer_to_server,
            "ykcd.notification.v1.NotificationService",
        )
    ],
    handlers=handlers.HANDLERS,
    erase=purge.purge,
    loops=[mail.mail_worker, mail.mail_sweep],
    settings=NotificationSettings,
)

if __name__ == "__main__":
    app.main()
