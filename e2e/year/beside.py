"""What goes on beside the parts: obstacles, inquiries, inspections, the units' own regulations."""

from datetime import timedelta

from ykcd.assignment.v1 import inquiry_pb2, inspection_pb2, obstacle_pb2

from e2e.demo.work import PDF
from e2e.year.plan import DEPARTMENTS
from e2e.year.simulation import MORNING
from e2e.year.world import ADMINISTRATOR, LEADER, SPECIALISTS, World, from_date

KINDS = (
    inquiry_pb2.INQUIRY_KIND_SUPPORT,
    inquiry_pb2.INQUIRY_KIND_INFORMATION,
    inquiry_pb2.INQUIRY_KIND_SOFTWARE_FEEDBACK,
    inquiry_pb2.INQUIRY_KIND_REGULATION_FEEDBACK,
)


async def obstacle(world: World, assignment_id: str, chance: float) -> None:
    """Đ10.2, Đ8.1.b, Đ9.3: raised, then withdrawn, or proposed to and directed by the leaders, and closed."""
    found = await world.look(assignment_id)
    unit, follower = world.unit_codes[found.unit_id], world.follower(found.specialist_id)
    told = {"difficulty": "Chưa có hướng dẫn của bộ, ngành.", "cause": "Văn bản chồng chéo.", "proposal": "Đề nghị UBND tỉnh chỉ đạo."}
    asked = obstacle_pb2.RaiseObstacleRequest(assignment_id=assignment_id, **told)
    made = await world.call(world.leader(unit), world.obstacles.RaiseObstacle, asked)
    await world.wait(2)
    if chance < 0.3:
        if chance < 0.15:
            made = await _propose(world, follower, made)
        # The unit may be no more (D12).
        await _by_unit(world, made, world.obstacles.WithdrawObstacle, obstacle_pb2.WithdrawObstacleRequest, reason="Đã được hướng dẫn.")
        return
    made = await _propose(world, follower, made)
    if chance > 0.9:
        return
    await world.sim.until(world.days.after(world.today, 2), MORNING)
    request = obstacle_pb2.DirectObstacleRequest(id=made.id, expected_version=made.version, direction="Giao cơ quan chủ trì hướng dẫn.")
    request.decision.CopyFrom(world.decision())
    made = await world.call(LEADER, world.obstacles.DirectObstacle, request)
    await world.wait(4)
    await _by_unit(world, made, world.obstacles.CloseObstacle, obstacle_pb2.CloseObstacleRequest, note="Đã tháo gỡ.")


async def _propose(world: World, follower: str, made: obstacle_pb2.Obstacle) -> obstacle_pb2.Obstacle:
    await world.sim.until(world.days.after(world.today, 1), MORNING)
    request = obstacle_pb2.ProposeSolutionRequest(id=made.id, expected_version=made.version, office_proposal="Đề nghị họp liên ngành.")
    return await world.call(follower, world.obstacles.ProposeSolution, request)


async def _by_unit(world: World, made: obstacle_pb2.Obstacle, method: object, kind: type, **words: str) -> None:
    unit = world.unit_codes[made.unit_id]
    if world.exists(unit):
        await world.call(world.leader(unit), method, kind(id=made.id, expected_version=made.version, **words))


async def inquiry(world: World, assignment_id: str, unit: str, chance: float) -> None:
    """Đ8.1.d, Đ9.1, Đ13: asked, answered, perhaps asked again, solved."""
    kind = KINDS[int(chance * 100) % len(KINDS)]
    asked = inquiry_pb2.OpenInquiryRequest(
        kind=kind, subject="Đề nghị hướng dẫn", body="Cách cập nhật kết quả?", assignment_id=assignment_id
    )
    asker = world.focal(unit)
    made = await world.call(asker, world.inquiries.OpenInquiry, asked)
    if chance > 0.92:
        return
    made = await _answer(world, made)
    if chance > 0.7:
        await world.wait(1)
        if not world.exists(unit):
            return
        again = inquiry_pb2.ReopenInquiryRequest(id=made.id, expected_version=made.version, reason="Vẫn chưa rõ.")
        made = await _answer(world, await world.call(asker, world.inquiries.ReopenInquiry, again))
    if chance < 0.1:
        return
    await world.wait(1)
    solved = inquiry_pb2.SolveInquiryRequest(id=made.id, expected_version=made.version)
    await world.call(asker if chance < 0.6 and world.exists(unit) else LEADER, world.inquiries.SolveInquiry, solved)


async def _answer(world: World, made: inquiry_pb2.Inquiry) -> inquiry_pb2.Inquiry:
    await world.sim.until(world.days.after(world.today, 1), MORNING)
    technical = made.kind in (KINDS[0], KINDS[2])
    answer = inquiry_pb2.AnswerInquiryRequest(id=made.id, expected_version=made.version, answer="Xem hướng dẫn tại mục Trợ giúp.")
    return await world.call(ADMINISTRATOR if technical else LEADER, world.inquiries.AnswerInquiry, answer)


async def inspection(world: World, number: int) -> None:
    """Đ8.1.c, Đ8.2.2: planned, visited, concluded, closed; some cancelled, some inside a unit."""
    rng = world.rng("inspection", number)
    unit = rng.choice(DEPARTMENTS)
    internal = number % 4 == 3
    who = world.leader(unit) if internal else rng.choice((LEADER, *SPECIALISTS))
    start = world.days.after(world.today, rng.randint(3, 8))
    request = inspection_pb2.PlanInspectionRequest(
        kind=inspection_pb2.INSPECTION_KIND_INTERNAL if internal else 1 + number % 2,
        unit_id=world.unit_ids[unit],
        title=f"Kiểm tra việc thực hiện nhiệm vụ được giao, đợt {number}",
        plan="Kiểm tra hồ sơ, làm việc với lãnh đạo đơn vị.",
        visit_from=from_date(start),
        visit_to=from_date(start + timedelta(days=2)),
    )
    if not internal:
        request.decision.CopyFrom(world.decision())
    stub = world.inspections
    made = await world.call(who, stub.PlanInspection, request)
    await world.sim.until(start)
    if number % 3 == 0:
        cancelled = inspection_pb2.CancelInspectionRequest(id=made.id, expected_version=made.version, reason="Trùng kế hoạch thanh tra.")
        await world.call(who, stub.CancelInspection, cancelled)
        return
    found = inspection_pb2.RecordFindingsRequest(id=made.id, expected_version=made.version, findings="Còn nhiệm vụ cập nhật chậm.")
    found.visited_on.CopyFrom(from_date(world.today))
    made = await world.call(who, stub.RecordFindings, found)
    await world.wait(4)
    concluded = inspection_pb2.ConcludeInspectionRequest(
        id=made.id, expected_version=made.version, conclusions="Cơ bản thực hiện tốt.", evaluation=1 + number % 3
    )
    if not internal:
        concluded.decision.CopyFrom(world.decision())
    made = await world.call(who, stub.ConcludeInspection, concluded)
    await world.wait(6)
    closed = inspection_pb2.CloseInspectionRequest(id=made.id, expected_version=made.version, note="Đã khắc phục.")
    await world.call(who, stub.CloseInspection, closed)


async def regulation(world: World, unit: str) -> None:
    """Đ11.2."""
    request = inquiry_pb2.PutUnitRegulationRequest(
        number=f"{world.rng('regulation', unit).randint(10, 99)}/QĐ", title="Quy chế nội bộ", file_name="quy-che.pdf", file=PDF
    )
    request.issue_date.CopyFrom(from_date(world.today))
    await world.call(world.leader(unit), world.inquiries.PutUnitRegulation, request)
