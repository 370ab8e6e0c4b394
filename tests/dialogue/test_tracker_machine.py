"""A Hypothesis state machine over the tracker: whatever is understood, no rule breaks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dialogue import events as e
from dialogue.effects import Announce, Effect, FileTicket, RecordGap, Say, Search
from dialogue.facts import facts
from dialogue.policy import Policy
from dialogue.referee.judge import judge
from dialogue.sameness import same_issue
from dialogue.states import Phase, State, TicketStatus, TurnNotes
from dialogue.tracker import Decision, IllegalEvent, replay, step
from dialogue.validity import could_be_email, could_be_name, could_be_reason
from dialogue.vocabulary import Act, Answer, Signal
from tests.dialogue.published import news
from tests.dialogue.referee.recording import Recording
from tests.dialogue.understandings import understandings

POLICY = Policy()
FOUND: tuple[e.Happening, ...] = (
    e.ArticleFound("60 days", (e.Passage("a", "A", "60 days"),)),
    e.NothingFound(),
    e.NothingFound(False),
)
AFTER_FILING = {Act.TICKET_FILED, Act.TICKET_SAVED}


class TrackerMachine(RuleBasedStateMachine):
    required: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.state = State(stem="M", required=self.required)
        self.told: list[e.Happening] = []
        self.filed: list[FileTicket] = []
        self.recording = Recording(self.required)
        self.invitations = 0
        self.named_way_out = False
        self.announced: dict[str, int] = {}
        self.waits_for: list[str] = []  # questions that no article answered since they were asked

    def _step(self, happening: e.Happening) -> tuple[State, tuple[Effect, ...]]:
        before = self.state
        decision = step(POLICY, before, happening)
        self._wait(before, happening, decision)
        self.told.append(happening)
        self.recording.add(happening, decision)
        self.state = decision.state
        effects = decision.effects
        if any(isinstance(x, Search) for x in effects):
            assert self.state.phase is Phase.LOOKING_UP
        return before, effects

    def _wait(self, before: State, happening: e.Happening, decision: Decision) -> None:
        """R15: what waits for an article, counted apart from the state."""
        looked_up = before.turn.lookup.text if before.turn.lookup else None
        recorded = [x.question for x in decision.effects if isinstance(x, RecordGap)]
        settled = isinstance(happening, e.AgentLeft) and happening.settled and before.phase is Phase.ATTENDED
        answered = {looked_up} if isinstance(happening, e.ArticleFound) else set()
        waiting = [] if settled else [asked for asked in self.waits_for if asked not in {*recorded, *answered}]
        self.waits_for = [*waiting, *recorded][-20:]

    def _says(self, effects: tuple[Effect, ...]) -> list[Say]:
        return [x for x in effects if isinstance(x, Say)]

    @rule(understood=understandings, found=st.integers(0, 2))
    def shopper_says(self, understood: e.Understanding, found: int) -> None:
        start = self.state
        _, effects = self._step(e.ShopperSaid(understood))
        if self.state.phase is Phase.LOOKING_UP:
            illegal = step_is_refused(self.state, e.ShopperSaid(understood))
            assert illegal, "a second message was heard while a search was under way"
            _, more = self._step(FOUND[found])
            effects += more
        says = self._says(effects)
        if start.phase is Phase.ATTENDED:
            self._check_silence(start, understood, effects, says)
            return
        if Signal.IN_DANGER in understood.signals:
            self._check_danger(start, understood, effects, says)
            return
        self._check_turn(start, understood, effects, says)

    def _check_danger(
        self, before: State, understood: e.Understanding, effects: tuple[Effect, ...], says: list[Say]
    ) -> None:
        """R21: one fixed reply, and nothing is pressed, asked or filed beside it; fields are kept (R2), and what they
        complete is filed with the next message."""
        assert [s.act for s in says] == [Act.PRIVACY] * (Signal.SECRET in understood.signals) + [Act.SMALLTALK]
        assert len(effects) == len(says) and not any(s.asks for s in says)
        assert self.state.danger and self.state.reason == before.reason
        assert self.state.phase is before.phase
        assert self.state.name or not before.name
        assert self.state.email or not before.email

    def _check_silence(
        self, before: State, understood: e.Understanding, effects: tuple[Effect, ...], says: list[Say]
    ) -> None:
        """Beside a person of the shop the bot says nothing of its own but that a secret was masked (R17), keeps
        every field (R2), and files what was agreed to and became complete (R8)."""
        assert self.state.phase is Phase.ATTENDED and self.state.agent == before.agent
        assert self.state.waits or any(isinstance(x, FileTicket) for x in effects)
        assert [s.act for s in says] == [Act.PRIVACY] * (Signal.SECRET in understood.signals)
        filings = [x for x in effects if isinstance(x, FileTicket)]
        assert len(filings) + len(says) == len(effects)
        consent = any(isinstance(f, e.TicketWanted | e.ReviewDemanded) for f in facts(understood))
        assert not filings or consent or before.paused in (Phase.COLLECTING, Phase.SILENT)
        danger = Signal.IN_DANGER in understood.signals
        assert danger or not (self.state.paused in (Phase.COLLECTING, Phase.SILENT) and not self.state.missing)
        assert self.state.name or not before.name
        assert self.state.email or not before.email
        self.filed += filings

    @rule(name=st.sampled_from(["Maya", "Noor"]), stay=st.sampled_from(["one", "two"]))
    def a_person_of_the_shop_joins(self, name: str, stay: str) -> None:
        before, effects = self._step(e.AgentJoined(name, stay))
        assert self.state.phase is Phase.ATTENDED and self.state.agent == name
        assert self.state.presence == (before.presence if before.agent == name else stay)
        assert len([x for x in effects if isinstance(x, Announce)]) == len(effects) == int(before.agent != name)
        assert self.state.missing == before.missing

    @rule(count=st.integers(1, 3))
    def files_come(self, count: int) -> None:
        """R1: nothing of what is open changes; thanked for by the bot, or left to the person who is here."""
        before, effects = self._step(e.FilesSent(count))
        says = self._says(effects)
        if before.phase is Phase.ATTENDED:
            assert not effects and self.state == replace(before, has_files=True, waits=True)
            return
        assert self.state == replace(before, has_files=True, files_told=True)
        assert [s.act for s in says] == [Act.THANKS, *([] if before.files_told else [Act.PRIVACY])]
        assert len(says) == len(effects) and not any(s.asks for s in says)

    @rule()
    def they_write(self) -> None:
        before, effects = self._step(e.AgentSaid())
        assert not effects
        assert self.state == replace(before, waits=False, open_question=None, danger_waits=False)

    @rule(stay=st.sampled_from(["one", "two"]), found=st.integers(0, 2))
    def their_lease_runs_out(self, stay: str, found: int) -> None:
        """R13: only the stay that it belongs to ends; the bot says so, and whoever was left without a reply gets
        one."""
        before, effects = self._step(e.AgentLeft(gone=stay))
        if before.phase is not Phase.ATTENDED or before.presence != stay:
            assert not effects and self.state == before
            return
        assert isinstance(effects[0], Announce) and self.state.phase is not Phase.ATTENDED
        if self.state.phase is Phase.LOOKING_UP:
            effects += self._step(FOUND[found])[1]
        says = self._says(effects)
        assert bool(says) == before.waits
        assert (self.state.name, self.state.email) == (before.name, before.email)
        assert not any(isinstance(x, FileTicket) for x in effects)
        agreed = before.paused in (Phase.COLLECTING, Phase.SILENT)
        assert (self.state.phase in (Phase.COLLECTING, Phase.SILENT)) == agreed
        assert not (agreed and Act.OFFER_TICKET in [s.act for s in says])

    @rule(settled=st.booleans())
    def they_leave(self, settled: bool) -> None:
        before, effects = self._step(e.AgentLeft(settled))
        if before.phase is not Phase.ATTENDED:
            assert not effects and self.state == before
            return
        assert [type(x) for x in effects] == [Announce]
        goes_on = before.paused in (Phase.COLLECTING, Phase.SILENT) and not settled
        assert self.state.phase is (before.paused if goes_on else Phase.IDLE)
        assert (self.state.name, self.state.email) == (before.name, before.email)

    def _check_filings(
        self, before: State, understood: e.Understanding, filings: list[FileTicket], acts: list[Act]
    ) -> bool:
        """What was filed in a turn; whether the message was consent of its own."""
        assert len(filings) <= 1
        given = facts(understood)
        consent = any(isinstance(f, e.TicketWanted | e.Affirmed | e.ReviewDemanded) for f in given)
        answered_offer = before.phase is Phase.OFFERED and any(
            isinstance(f, e.NameGiven | e.EmailGiven | e.ExtraGiven)
            or (isinstance(f, e.IssueStated) and before.reason is None)
            for f in given
        )
        for filing in filings:
            # R6, R7: real values only, and never without consent.
            assert could_be_name(filing.name) and could_be_email(filing.email) and could_be_reason(filing.reason)
            assert consent or answered_offer or before.phase in (Phase.COLLECTING, Phase.SILENT)
            assert filing.reference not in {f.reference for f in self.filed}
            # R12: not the issue of a ticket already filed, unless consent to it stood before.
            self.filed.append(filing)
            assert Act.INVITE_RATING not in acts
        return consent

    def _check_turn(
        self, before: State, understood: e.Understanding, effects: tuple[Effect, ...], says: list[Say]
    ) -> None:
        filings = [x for x in effects if isinstance(x, FileTicket)]
        acts = [s.act for s in says]
        # Something is always said, unless the ticket's own word follows (R13).
        assert says or filings
        for say in says:
            # R1, R2, R9: only missing fields are asked for; `invalid` asks for one.
            assert set(say.asks) <= set(self.state.missing)
            if say.act in (Act.ASK, Act.REMIND):
                assert say.asks == self.state.missing
            assert (say.act in (Act.ASK, Act.REMIND, Act.INVALID)) == bool(say.asks)
        # R8: consent and all three fields never stand together at the end of a turn.
        assert not (self.state.phase in (Phase.COLLECTING, Phase.SILENT) and not self.state.missing)
        consent = self._check_filings(before, understood, filings, acts)
        # R7: a plain no to the offer files nothing and opens nothing.
        if before.phase is Phase.OFFERED and understood.answer is Answer.DENY and not consent:
            assert not filings
        # R10: one offer at most, and none while consent stands.
        assert acts.count(Act.OFFER_TICKET) <= 1
        if before.phase in (Phase.COLLECTING, Phase.SILENT) and self.state.phase in (Phase.COLLECTING, Phase.SILENT):
            assert Act.OFFER_TICKET not in acts
        # R9: no more asking once the bot has stopped.
        if before.phase is Phase.SILENT and self.state.phase is Phase.SILENT:
            assert not {Act.ASK, Act.REMIND, Act.INVALID} & set(acts)
        # R11: an update is redirected, and nothing else is made of it.
        if Signal.ASKS_UPDATE in understood.signals:
            assert Act.UPDATE_REDIRECT in acts
            if not understood.reason and not understood.question and Signal.UNHELPED not in understood.signals:
                assert Act.OFFER_TICKET not in acts
        if Signal.ASKS_CONTACT in understood.signals:
            assert Act.CONTACT in acts
        if Signal.SECRET in understood.signals:
            assert acts and acts[0] is Act.PRIVACY
        self.invitations += acts.count(Act.INVITE_RATING)
        # R13: a third reply without progress names the way out; a ticket that was refused or filed is not offered
        # again with it.
        if not set(acts) - {Act.CLARIFY, Act.SMALLTALK, Act.GREET, Act.PRIVACY} and acts:
            assert before.useless < 2 or self.state.useless == 0
        if Act.GIVE_EMAIL in acts and Act.OFFER_TICKET in acts:
            assert (
                before.useless == 2
                and not before.declined
                and not before.tickets
                and understood.answer is not Answer.DENY
            )
            self.named_way_out = True

    @rule(number=st.integers(1, 4), delayed=st.booleans())
    def helpdesk_speaks(self, number: int, delayed: bool) -> None:
        reference = f"AO-M-{number}"
        known = self.state.ticket(reference)
        happening: e.Happening = e.TicketDelayed(reference) if delayed else e.TicketAccepted(reference)
        before, effects = self._step(happening)
        says = self._says(effects)
        if known is None or known.status is TicketStatus.FILED:
            assert not says and self.state == before
        for say in says:
            assert say.reference == reference and say.values["reference"] == reference
            assert say.act in AFTER_FILING
            if known and known.dispute:
                assert say.phrase.endswith("_dispute")
            if say.act is Act.TICKET_FILED:
                self.announced[reference] = self.announced.get(reference, 0) + 1

    @rule(
        name=st.none() | st.sampled_from(["Olu Adebayo", "@"]),
        email=st.none() | st.sampled_from(["olu@example.ng", "x"]),
    )
    def page_names_its_customer(self, name: str | None, email: str | None) -> None:
        before, effects = self._step(e.CustomerIdentified(name, email))
        assert before.name is None or self.state.name == before.name
        assert before.email is None or self.state.email == before.email
        self.filed += [x for x in effects if isinstance(x, FileTicket)]

    @rule(place=st.integers(0, 3), other=st.booleans())
    def an_article_is_published(self, place: int, other: bool) -> None:
        """R15: whoever asked hears it, once; nothing is agreed to, filed, counted or forgotten by it (R7-R10)."""
        asked = self.waits_for[place % len(self.waits_for)] if self.waits_for and not other else "never asked here"
        before, effects = self._step(news(asked))
        says = self._says(effects)
        assert len(says) == len(effects)
        ended = bool({Act.GOODBYE, Act.INVITE_RATING} & set(before.last_acts))
        silent = other or not self.waits_for or before.phase is Phase.ATTENDED or before.danger or ended
        assert bool(says) == (not silent)
        kept = ("unanswered", "last_question", "last_acts")
        assert replace(self.state, **{k: getattr(before, k) for k in kept}) == before
        if silent:
            assert self.state == before
            return
        self.waits_for.remove(asked)
        first, *again = says
        assert first.act is Act.ANSWER and first.sources and not first.asks
        assert (before.phase is Phase.OFFERED) <= (len(again) == 1 and bool(again[0].choices) and not again[0].asks)
        if before.phase is Phase.COLLECTING:
            assert len(again) == 1 and set(again[0].asks) <= set(before.missing) and again[0].asks
        assert not (before.phase is Phase.SILENT and again)

    @rule(score=st.integers(-1, 7))
    def shopper_rates(self, score: int) -> None:
        before, effects = self._step(e.ShopperRated(score))
        if not 1 <= score <= 5 or before.rated:
            assert not effects and self.state == before

    @rule()
    def an_answer_nobody_asked_for(self) -> None:
        for happening in (e.ArticleFound("x", ()), e.NothingFound()):
            assert step_is_refused(self.state, happening)

    @invariant()
    def values_are_real(self) -> None:
        assert self.state.name is None or could_be_name(self.state.name)
        assert self.state.email is None or could_be_email(self.state.email)
        assert self.state.reason is None or could_be_reason(self.state.reason)

    @invariant()
    def an_open_offer_has_an_issue_or_is_the_way_out(self) -> None:
        if self.state.phase is Phase.OFFERED:
            assert self.state.reason or (self.named_way_out and not self.state.tickets and not self.state.declined)

    @invariant()
    def nobody_gets_three_useless_replies(self) -> None:
        assert self.state.useless < 3

    @invariant()
    def turns_are_closed(self) -> None:
        assert self.state.turn == TurnNotes()

    @invariant()
    def each_filing_is_in_the_state_once(self) -> None:
        assert [t.reference for t in self.state.tickets] == [f.reference for f in self.filed]

    @invariant()
    def who_asked_waits(self) -> None:
        assert list(self.state.unanswered) == self.waits_for

    @invariant()
    def told_once(self) -> None:
        assert self.invitations <= 1
        assert all(count == 1 for count in self.announced.values())

    def teardown(self) -> None:
        assert judge(self.recording.transcript()) == []
        assert replay(POLICY, self.state.beginning, self.told) == self.state


class StrictHelpdeskMachine(TrackerMachine):
    """The same with a helpdesk that requires a field beside the three (R1)."""

    required = ("order_number",)


def step_is_refused(state: State, happening: e.Happening) -> bool:
    """True where `happening` is illegal, and the state is as it was."""
    kept = replace(state)
    try:
        step(POLICY, state, happening)
    except IllegalEvent:
        return kept == state
    return False


TestTracker = TrackerMachine.TestCase
TestTracker.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

TestStrictHelpdesk = StrictHelpdeskMachine.TestCase
TestStrictHelpdesk.settings = settings(TestTracker.settings, max_examples=60)


def test_same_issue_is_an_update_and_another_is_not() -> None:
    assert same_issue("I still have not received my order", "my order never arrived")
    assert same_issue("the kettle arrived cracked", "my kettle is still cracked")
    assert not same_issue("the lamp does not switch on", "I was also charged twice for the mugs")
    assert not same_issue("the lamp is broken", "I have not received my order")
    assert not same_issue("one lamp is missing", "the lamp is broken")
