"""Who looks at the samples of pages."""

from gateway.tests.samples import me

SPECIALIST = me("Nguyễn Văn An", "vpub", "specialist")
UNIT_LEADER = me("Hồ Đắc Phúc", "stnmt", "unit_leader", "focal_point")
OFFICER = me("Lê Thị Hoa", "stnmt", "officer")
EVALUATOR = me("Phan Thị Thu", "snv", "evaluator")
OFFICE_LEADER = me("Phan Đức Thuận", "vpub", "office_leader")
ADMINISTRATOR = me("Võ Quản Trị", "vpub", "administrator")
