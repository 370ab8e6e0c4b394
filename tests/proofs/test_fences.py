"""Who decided: reports are fenced by owner and attempt, whatever clocks, leases and processes do (R12)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import StaticPool

from bot.store.tables import notice, outbox
from tests.proofs.fences import SETTLE, TIMEOUT, FenceMachine, Unfenced, try_fences
from ticket_bridge.notices import claim_notices, note_outcome, notice_row
from ticket_bridge.outbox import enqueue_row


def test_two_couriers_with_clocks_that_are_set_and_reports_that_come_late_file_each_ticket_once() -> None:
    try_fences(40)


def test_without_its_fences_the_machine_finds_what_breaks() -> None:
    """Three hundred lives find it about every second time, so there are some more."""
    for number in range(12):
        try:
            try_fences(300, number=number, kind=Unfenced, shorten=False)
        except AssertionError:
            return
    pytest.fail("the machine does not notice that fences are missing")


class Script(FenceMachine):
    """The machine's world, step by step."""

    def ends(self, kind: str, end: str = "fine") -> None:
        """The oldest thing of this kind that a courier waits for goes on."""
        held = next(h for h in self.world.held if h.kind == kind)
        self._end(held, end, 0.5)
        self._go_on()

    @property
    def row(self) -> tuple[str, str | None]:
        """Status and id of the one ticket."""
        (row,) = self.world.rows()
        return row.status, row.external_id


@pytest.fixture
def script() -> Iterator[Script]:
    """One ticket, two couriers; at the end everything mends, and it is filed once."""
    machine = Script()
    machine.begin(1)
    yield machine
    machine.teardown()


def test_what_failed_late_does_not_open_what_is_filed(script: Script) -> None:
    script.looks_for_work("one")
    script.ends("check")
    script.ends("create", "lost")  # its report waits
    script.time_passes(31.0, lands=False)
    script.looks_for_work("two")
    script.ends("look")
    reports = [h.owner for h in script.world.held if h.kind == "report"]
    assert len(reports) == 2
    script._end(script.world.held[-1], "fine", 0.0)
    script._go_on()
    assert script.row == ("filed", "T1")
    script.ends("report")  # the first courier's, at last
    assert script.row == ("filed", "T1")


def test_what_was_accepted_late_is_kept_and_never_created_again(script: Script) -> None:
    script.looks_for_work("one")
    script.ends("check")
    script.ends("create")  # made, and its report waits
    script.time_passes(31.0, lands=False)
    script.looks_for_work("two")
    script.ends("look", "down")
    script._end(script.world.held[-1], "fine", 0.0)  # the second courier's failure is stored
    script._go_on()
    assert script.row == ("queued", None)
    script.ends("report")
    assert script.row == ("filed", "T1") and script.world.accepted["AO-0-1"] == 1


def test_a_courier_that_was_stopped_after_its_claim_sends_nothing_once_it_is_overtaken(script: Script) -> None:
    script.looks_for_work("one")  # stops before it has sent anything
    script.clock_is_set("two", 35.0)
    script.looks_for_work("two")
    script.ends("look")
    script.ends("report")
    script.time_passes(SETTLE + TIMEOUT, lands=False)
    script.looks_for_work("two")
    script.ends("look")
    checks = [h for h in script.world.held if h.kind == "check"]
    assert len(checks) == 2
    script._end(checks[1], "fine", 0.0)
    script._go_on()
    script.ends("create")
    script._end(checks[0], "fine", 0.0)  # goes on
    script._go_on()
    assert [h.kind for h in script.world.held] == ["report"], "the first courier sent its ticket after all"


def test_a_second_look_waits_by_the_steady_clock(script: Script) -> None:
    script.looks_for_work("one")
    script.ends("check")
    script.ends("create", "late")  # lands in half of the settling time
    script.ends("report")
    script.time_passes(2.0, lands=False)
    for days in (1, 2, 3):
        script.clock_is_set("one", days * 86_400.0)  # whatever date the row has
        script.looks_for_work("one")
        if any(h.kind == "look" for h in script.world.held):
            script.ends("look")
            script.ends("report")
        script.clock_is_set("one", 0.0)
    assert not [h for h in script.world.held if h.kind in ("check", "create")], "about to create it again"


def test_a_call_of_an_overtaken_attempt_is_waited_for(script: Script) -> None:
    script.looks_for_work("one")
    script.ends("check")  # its call is on its way for as long as a call may take
    script.clock_is_set("two", 35.0)
    script.looks_for_work("two")
    script.ends("look")
    script.ends("report")
    script.time_passes(SETTLE + 0.1, lands=False)
    script.clock_is_set("two", 90_000.0)
    script.looks_for_work("two")
    script.ends("look")
    assert sorted(h.kind for h in script.world.held) == ["create", "report"], "about to create what is on its way"


def test_delivered_again_by_an_operator_a_late_refusal_changes_nothing(script: Script) -> None:
    script.looks_for_work("one")
    script.ends("check")
    script.ends("create", "refused")  # its report waits
    script.time_passes(31.0, lands=False)
    script.looks_for_work("two")
    script.ends("look")
    script._end(script.world.held[-1], "fine", 0.0)
    script._go_on()
    script.time_passes(SETTLE + TIMEOUT, lands=False)
    script.looks_for_work("two")
    script.ends("look")
    script.ends("check")
    script.ends("create", "refused")
    script._end(script.world.held[-1], "fine", 0.0)
    script._go_on()
    assert script.row == ("refused", None)
    script.operator_delivers_again()
    script.ends("report")  # the first refusal, late
    assert script.row == ("queued", None)


def test_what_came_of_a_mail_is_fenced_by_its_attempt() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    outbox.create(engine)
    notice.create(engine)
    with engine.begin() as connection:
        payload = {"name": "Jane Doe", "email": "jane@example.com", "envelope": {}}
        connection.execute(insert(outbox), enqueue_row(
            key="k", conversation="c", reference="AO-X-1", payload=payload, helpdesk="desk", now=0.0))  # fmt: skip
        connection.execute(insert(notice), notice_row(key="k", subject="s", text="t", now=0.0))
        (first,) = claim_notices(connection, notice, outbox, now=1.0, lease=10, limit=5)
        assert claim_notices(connection, notice, outbox, now=2.0, lease=10, limit=5) == []
        (second,) = claim_notices(connection, notice, outbox, now=12.0, lease=10, limit=5)
        assert not note_outcome(connection, notice, first, {"status": "refused"}), "a late refusal counted"
        assert not note_outcome(connection, notice, first, {"status": "queued", "due_at": 0.0})
        assert note_outcome(connection, notice, first, {"status": "sent"}), "a mail that went out late goes out again"
        assert not note_outcome(connection, notice, second, {"status": "queued", "due_at": 0.0})
        assert claim_notices(connection, notice, outbox, now=9e3, lease=10, limit=5) == []
        connection.execute(notice.update().values(status="queued", due_at=9e9))
        assert claim_notices(connection, notice, outbox, now=9e3, lease=10, limit=5), "the clock was set back"
    engine.dispose()
