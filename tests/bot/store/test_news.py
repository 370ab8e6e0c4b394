"""Whoever asked hears once: whatever is published, claimed, told, settled, mailed and erased, in any order and by any
number of replicas, some of which die on the way."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine, event, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.history.erasure import erase_conversation
from bot.store import news as store
from bot.store.news import Awaited, Mail, NewsMails, Pending
from bot.store.records import to_json
from bot.store.tables import conversation, gap, metadata, news, news_mail
from dialogue.states import State
from ticket_bridge.notices import Notice

CHATS, QUESTIONS, LEASE = 3, 2, 10.0


class NewsMachine(RuleBasedStateMachine):
    """Two replicas and their mail carriers over one database."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://")
        event.listen(self.engine, "connect", lambda one, record: one.execute("PRAGMA foreign_keys=ON"))
        metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.connection.exec_driver_sql("CREATE VIRTUAL TABLE search USING fts5(words, masked)")  # a migration's
        self.now, self.version = 1_000_000.0, 0
        self.waiting = {f"c{n}": {f"q{m}" for m in range(QUESTIONS)} for n in range(CHATS)}  # as the tracker has it
        self.told: list[int] = []
        self.sent: list[str] = []
        self.erased: set[str] = set()
        self.claimed: list[Pending] = []
        self.carried: list[Notice] = []
        self.box = NewsMails()

    @initialize()
    def they_ask(self) -> None:
        at = "2026-11-01T10:00:00.000Z"
        for id in self.waiting:
            row: dict[str, Any] = {
                "id": id, "token_hash": id, "created_at": at, "updated_at": at, "seq": 1, "number": 1,
                "state": to_json(State()), "channel": "widget",
            }  # fmt: skip
            self.connection.execute(insert(conversation).values(**row))
            for question in sorted(self.waiting[id]):
                asked = {"conversation": id, "seq": 1, "question": question, "at": at}
                self.connection.execute(insert(gap).values(**asked))

    def _gaps(self) -> list[Any]:
        return list(self.connection.execute(select(gap).order_by(gap.c.id)))

    @rule(which=st.sets(st.integers(0, CHATS * QUESTIONS - 1)), told=st.booleans())
    def published(self, which: set[int], told: bool) -> None:
        """Who is to hear was looked up a little before, so some may be told, or erased, by now."""
        self.version += 1
        awaited = [Awaited(n + 1, f"c{n // QUESTIONS}", told) for n in sorted(which)]
        store.keep(self.connection, awaited, article="a", version=self.version, at="2026-11-02T10:00:00.000Z")

    @rule(behind=st.integers(0, 2))
    def claims(self, behind: int) -> None:
        found = store.claim(self.connection, version=self.version - behind, now=self.now, lease=LEASE, limit=2)
        assert all(one.conversation not in self.erased and one.version <= self.version - behind for one in found)
        self.claimed += found

    @rule(seconds=st.sampled_from([1.0, 20.0, -30.0]))
    def time_goes(self, seconds: float) -> None:
        self.now += seconds

    @rule(place=st.integers(0, 9), mails=st.booleans(), dies=st.booleans())
    def tells(self, place: int, mails: bool, dies: bool) -> None:
        """One that was claimed, perhaps long ago, and perhaps by another replica too."""
        if not self.claimed:
            return
        one = self.claimed.pop(place % len(self.claimed))
        how = one.chat
        if one.conversation in self.erased:
            return  # `Erased`
        if how == store.WAITING:
            how = store.HEARD
            if one.question in self.waiting[one.conversation]:  # the table's guard, in the turn's transaction
                self.waiting[one.conversation].remove(one.question)
                self.connection.execute(update(news).where(news.c.gap == one.gap).values(chat=store.TOLD))
                self.told.append(one.gap)
                how = store.TOLD
        if not dies:
            mail = Mail(f"{one.conversation}:{one.gap}", "Jane", "jane@example.com", "s", "t", "en") if mails else None
            store.settle(self.connection, one.gap, chat=how, mail=mail, now=self.now)

    @rule()
    def carries(self) -> None:
        self.carried += self.box.claim(self.connection, now=self.now, lease=LEASE, limit=2)

    @rule(place=st.integers(0, 9), status=st.sampled_from(["sent", "refused", "queued"]))
    def brings(self, place: int, status: str) -> None:
        if not self.carried:
            return
        one = self.carried.pop(place % len(self.carried))
        values: dict[str, Any] = {"status": status} | ({"due_at": self.now + 5} if status == "queued" else {})
        if self.box.note(self.connection, one, values) and status == "sent":
            self.sent.append(one.key)

    @rule(chat=st.integers(0, CHATS - 1))
    def is_erased(self, chat: int) -> None:
        id = f"c{chat}"
        if erase_conversation(self.connection, id):
            self.erased.add(id)
            self.waiting.pop(id, None)

    @invariant()
    def each_is_told_and_mailed_once(self) -> None:
        assert len(set(self.told)) == len(self.told)
        assert len(set(self.sent)) == len(self.sent)

    @invariant()
    def nothing_is_left_of_who_was_erased(self) -> None:
        left = {row.conversation for row in self._gaps()}
        assert not left & self.erased
        for table in (news, news_mail):
            gaps = set(self.connection.scalars(select(table.c.gap)))
            assert gaps <= {row.id for row in self._gaps()}

    @invariant()
    def what_is_over_holds_no_address(self) -> None:
        over = news_mail.c.status.in_(("sent", "refused")) & (news_mail.c.email + news_mail.c.text != "")
        assert self.connection.scalar(select(func.count()).select_from(news_mail).where(over)) == 0

    def teardown(self) -> None:
        """Nobody is forgotten: what waits is told once a replica looks that does not die."""
        self.now += 10_000
        while found := store.claim(self.connection, version=self.version, now=self.now, lease=LEASE, limit=2):
            for one in found:
                self.claimed = [one]
                self.tells(0, mails=False, dies=False)
        self._all_settled(self.connection)
        self.connection.close()
        self.engine.dispose()

    def _all_settled(self, connection: Connection) -> None:
        rows = connection.execute(select(news)).all()
        assert all(row.chat != store.WAITING and row.mail in (store.NONE, store.MADE) for row in rows)


TestNews = NewsMachine.TestCase
TestNews.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
