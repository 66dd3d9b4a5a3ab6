"""What is known of secret documents that were sent here: nothing of their content (Đ5, Đ6.2)."""

from ykcd.directive.v1 import directive_pb2

from gateway.web.records import Kind, having

REFUSALS = Kind(
    slug="van-ban-mat",
    title="Văn bản mật đã từ chối",
    article="Điều 5, khoản 2 Điều 6",
    group="Danh mục",
    service=directive_pb2.DESCRIPTOR.services_by_name["DirectiveService"],
    list_rpc="ListSecretRefusals",
    macros="secrecy",
    columns=(("unit", "Đơn vị gửi"), ("where", "Phát hiện"), ("backups", "Hết trong bản sao lưu")),
    empty="Chưa có văn bản mật nào bị gửi vào hệ thống.",
    has_page=False,
    may_see=having("office_leader", "chairman", "administrator"),
)
