"""Draws the table and follows one conversation through it, for `docs/how-it-decides.md`.

    python -m tests.drawing          # renews the page; a test holds it to the table

The arrows are not drawn by hand: every state within two messages is put through every fact, and where a row changed the
phase there is an arrow.
"""

from __future__ import annotations

import pathlib
from dataclasses import replace

from bot.chat.phrases import render
from dialogue import events as e
from dialogue.effects import FileTicket, Say, Search
from dialogue.facts import facts
from dialogue.policy import Policy
from dialogue.states import Phase, State, TurnNotes
from dialogue.tracker import IllegalEvent, step
from dialogue.transitions import find
from dialogue.understanding.rules import understand
from tests.proofs.prove import FOUND, POLICY, alphabet

#: One fruitless question is enough here, so that the silent phase is within reach of two messages.
_IMPATIENT = Policy(fruitless_limit=1)

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "how-it-decides.md"
BEGIN, END = "<!-- drawn: begin -->", "<!-- drawn: end -->"
_MARKS = {"idle": "nothing open", "offered": "a ticket was offered",
          "collecting": "consent is there, a field is missing",
          "silent": "consent is there, no more asking", "looking_up": "a search is under way",
          "attended": "a person of the shop is here"}  # fmt: skip
_TALK = [
    "Hi, I'm Jane. How long does delivery take?",
    "mine is three weeks late",
    "do you ship to Norway, by the way?",
    "yes please",
    "Jane Doe, jane@exmaple",
    "jane@example.com",
    "any news on my ticket?",
    "thanks, bye",
]


def arrows() -> dict[tuple[str, str], list[str]]:
    """Phase to phase, with the names of the rows that lead from one to the other."""
    found: dict[tuple[str, str], set[str]] = {}

    def through(state: State, event: e.TableEvent) -> State:
        row = find(state, event)
        after = row.do(state, event, _IMPATIENT)[0]
        if after.phase is not state.phase:
            found.setdefault((state.phase.value, after.phase.value), set()).add(row.name)
        return after

    def message(state: State, told: e.Happening) -> list[State]:
        if isinstance(told, e.ShopperSaid):
            state = replace(state, turn=TurnNotes(open=True))
            for fact in (*facts(told.understood), e.TurnEnded()):
                state = through(state, fact)
        else:
            state = through(state, told)
        if state.phase is not Phase.LOOKING_UP:
            return [state]
        return [through(through(state, answer), e.TurnEnded()) for answer in FOUND]

    reached, frontier = {State()}, [State()]
    for depth in range(3):
        if depth == 2:  # silence takes two messages to reach; a third shows the ways out of it
            frontier = [state for state in frontier if state.phase is Phase.SILENT]
        following = []
        for state in frontier:
            for told in alphabet():
                try:
                    following += message(state, told)
                except IllegalEvent:
                    continue
        frontier = list(dict.fromkeys(s for s in following if s not in reached))
        reached |= set(frontier)
    return {edge: sorted(names) for edge, names in sorted(found.items())}


def diagram() -> str:
    """The Mermaid drawing; on each arrow the rules whose rows lead along it."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> idle"]
    lines += [f"    {phase.value}: {phase.value} — {_MARKS[phase.value]}" for phase in Phase]
    for (before, after), names in arrows().items():
        heads = sorted({n.split()[0] for n in names}, key=lambda h: int(h[1:]) if h[1:].isdigit() else 0)
        lines.append(f"    {before} --> {after}: {', '.join(heads)}")
    return "\n".join([*lines, "```"])


def rows() -> str:
    """The rows behind each arrow, by name."""
    lines = []
    for (before, after), names in arrows().items():
        lines.append(f"- **{before} → {after}**: " + "; ".join(names))
    return "\n".join(lines)


def followed() -> str:
    """One conversation, row by row: what was said, what was understood of it, which rows decided, what was answered."""
    state, lines = State(stem="DEMO"), list[str]()
    for text in _TALK:
        asked = "offer" if state.phase is Phase.OFFERED else None
        if state.phase in (Phase.COLLECTING, Phase.SILENT):
            asked = tuple(f.value for f in state.missing)  # type: ignore[assignment]
        understood = understand(text, asked)
        decisions = [step(POLICY, state, e.ShopperSaid(understood))]
        if any(isinstance(x, Search) for x in decisions[0].effects):
            decisions.append(step(POLICY, decisions[0].state, FOUND[0]))
        for effect in decisions[-1].effects:
            if isinstance(effect, FileTicket):
                decisions.append(step(POLICY, decisions[-1].state, e.TicketAccepted(effect.reference)))
        state = decisions[-1].state
        parts = [f"{name} *{value}*" for name in ("name", "email", "reason", "question", "greeting_name")
                 if (value := getattr(understood, name))]  # fmt: skip
        parts += [str(understood.answer)] if understood.answer else []
        parts += sorted(str(s).replace("_", " ") for s in understood.signals)
        parts += [f"an impossible {r.field}" for r in understood.rejected]
        lines += [f"**Shopper:** {text}", "", f"- understood: {', '.join(parts) or 'nothing'}"]
        lines += [f"- row: {row}" for decision in decisions for row in decision.rows]
        lines.append(f"- the phase after: {state.phase.value}")
        for decision in decisions:
            for effect in decision.effects:
                if isinstance(effect, Say):
                    words = render(effect.phrase, effect.values, support_email="help@shop.example")
                    lines += ["", f"**Bot** ({effect.act.value}): {words}"]
        lines.append("")
    return "\n".join(lines).rstrip()


def drawn() -> str:
    """All that is generated, as it stands between the page's marks."""
    return "\n\n".join(
        [diagram(), "### The rows behind the arrows", rows(), "## One conversation, row by row", followed()]
    )


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{drawn()}\n{END}{after}", encoding="utf-8")
