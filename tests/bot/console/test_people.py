"""People are accounts: two of one name are two, and a new name or address changes nobody's history."""

from __future__ import annotations

import re

from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select, text, update

from bot.history.samples import kappa
from bot.settings import read_settings
from bot.store.accounts import Account, Role, labels
from bot.store.console_tables import access, account, article_version, correction, desk_note, sample
from bot.store.migrate import config
from dialogue import events
from dialogue.policy import Policy
from dialogue.states import State
from dialogue.tracker import step
from tests.bot.console.conftest import PASSWORD, Desk, Visitor

ARTICLE = (
    '---\nid: {id}\ntitle: A title\nsources:\n  - "Book"\nrevised: 2026-01-01\nquestions:\n  - {id}\n---\nSome words.\n'
)


async def person(desk: Desk, email: str, name: str, role: Role = Role.REVIEWER) -> Visitor:
    await desk.accounts.add(email=email, name=name, role=role, password=PASSWORD)
    client = desk.client()
    answer = await client.post("/console/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return Visitor(client)


async def test_two_of_one_name_are_two_reviewers(either: Desk) -> None:
    """Ben and Ben judge, and so does Ann: three pairs, each with its own agreement."""
    ids = [await either.chat("hello") for _ in range(8)]
    one, two = await person(either, "ben@example.com", "Ben"), await person(either, "b.ray@example.com", "ben")
    ann = await person(either, "ann@example.com", "Ann")
    verdicts = {
        "one": "right right right right wrong wrong wrong wrong".split(),
        "two": "right wrong right wrong right wrong right wrong".split(),
        "ann": "right right right wrong wrong wrong wrong right".split(),
    }
    form = {"name": "Audit", "size": "8", "stratum": "none", "seed": "7", "since": "2020-01-01", "until": "2099-01-01"}
    path = (await one.post("/samples", **form)).headers["location"].removeprefix("/console")
    for who, name in ((one, "one"), (two, "two"), (ann, "ann")):
        for id, verdict in zip(ids, verdicts[name], strict=True):
            await who.post(f"/conversations/{id}/review", verdict=verdict)
    page = await one.get(path)
    assert page.count("8 of 8") == 3 and page.count("You have judged all of them") == 1
    rows = re.findall(r"<tr><td>([^<]+) and ([^<]+)</td>.*?>([-\d.–]+)</td></tr>", page)
    found = {frozenset((a, b)): k for a, b, k in rows}
    ben, ray = "Ben (ben@example.com)", "ben (b.ray@example.com)"
    wanted = {(ben, ray): ("one", "two"), (ben, "Ann"): ("one", "ann"), (ray, "Ann"): ("two", "ann")}
    assert len(rows) == 3 and found == {
        frozenset(names): f"{kappa(list(zip(verdicts[a], verdicts[b], strict=True))):.2f}"
        for names, (a, b) in wanted.items()
    }
    page = await ann.get(f"/conversations/{ids[0]}")
    assert f"{ben}:" in page and f"{ray}:" in page
    assert (
        f">{ben}</option>" in page
        and f">{ray}</option>" in page
        and f">{ray}</option>" in await ann.get("/conversations")
    )


async def test_one_ben_is_not_taken_for_the_other_in_a_chat(either: Desk) -> None:
    chat, _ = await either.bot.hub.begin()
    await chat.hear("m1", "hello")
    one, two = await person(either, "ben@example.com", "Ben"), await person(either, "b.ray@example.com", "Ben")
    path = f"/conversations/{chat.id}"
    await one.post(path + "/join")
    await two.post(path + "/say", 409, text="I am the other Ben")
    await two.post(path + "/leave", 409)
    assert "Write as Ben" in await one.get(path)
    page = await two.get(path)
    assert "Write as Ben" not in page and "Ben (ben@example.com) is in this chat" in page and "Take over" in page
    assert "Ben (ben@example.com)" in await two.get("/live")
    await two.post(path + "/join")
    await one.post(path + "/say", 409, text="Me again")
    await two.post(path + "/say", text="The other Ben here")
    said = [t.text for t in await either.bot.store.turns(chat.id) if t.who == "system"]
    assert len(said) == 2 and all("Ben from our support team" in words and "@" not in words for words in said)
    await two.post(path + "/leave")


def test_a_chat_begun_before_accounts_were_kept_goes_on_by_name() -> None:
    policy = Policy()
    old = step(policy, State(), events.AgentJoined("Ben")).state
    assert not step(policy, old, events.AgentJoined("Ben", account=7)).effects
    assert step(policy, old, events.AgentJoined("Ann", account=7)).effects
    new = step(policy, State(), events.AgentJoined("Ben", account=7)).state
    assert step(policy, new, events.AgentJoined("Ben", account=8)).effects
    renamed = step(policy, new, events.AgentJoined("Benjamin", account=7))
    assert not renamed.effects and renamed.state == new
    assert step(policy, new, events.AgentLeft()).state.agent_account is None


async def test_a_new_name_and_address_change_nobodys_history(desk: Desk) -> None:
    id = await desk.chat("open a ticket, my lamp is broken, Jane Doe, jane@example.com")
    lead = await person(desk, "ben@example.com", "Ben", Role.ADMINISTRATOR)
    await lead.post(f"/conversations/{id}/review", verdict="right")
    await lead.post(f"/conversations/{id}/correct", seq="1", intent="report_issue")
    await desk.publish(lead, "lamp", ARTICLE.format(id="lamp"))
    await lead.post("/desk/1", do="note", text="Asked")
    form = {"name": "Audit", "size": "1", "stratum": "none", "seed": "1", "since": "2020-01-01", "until": "2099-01-01"}
    await lead.post("/samples", **form)
    (me,) = await desk.accounts.all()
    other = await person(desk, "new.ben@example.com", "Ben", Role.ADMINISTRATOR)

    def rename(connection: object) -> None:
        changed = update(account).where(account.c.id == me.id).values(name="Benjamin", email="benjamin@example.com")
        connection.execute(changed)  # type: ignore[attr-defined]

    await desk.bot.store.transact(rename)
    tables = (access, correction, sample, article_version, desk_note)
    async with desk.bot.store.read() as connection:
        for table in tables:
            assert set(await connection.scalars(select(table.c.account).where(table.c.account.is_not(None)))) <= {
                me.id,
                2,
            }
            assert me.id in set(await connection.scalars(select(table.c.account)))
    chat = await other.get(f"/conversations/{id}")
    assert "Corrected by Benjamin" in chat and "Benjamin:" in chat.replace(
        "<b>", ""
    )  # the verdict is shown after one's own
    for page in ("/samples", "/articles/lamp", "/articles/lamp/versions/1", "/desk/1"):
        words = await other.get(page)
        assert "Benjamin" in words and "Ben " not in words.replace("Sign out", ""), page
    log = await other.get("/log?who=benjamin@example.com")
    assert "draw sample" in log and "publish article" in log and "sign in" in log
    assert "draw sample" not in await other.get("/log?who=new.ben@example.com")


async def test_what_was_written_before_keeps_its_words(desk: Desk) -> None:
    id = await desk.chat("my lamp is broken")
    row = {
        "conversation": id,
        "seq": 1,
        "intent": "report_issue",
        "name": "",
        "email": "",
        "reason": "",
        "who": "gone@example.com",
        "at": "2026-01-01T00:00:00.000Z",
    }
    await desk.bot.store.transact(lambda c: c.execute(insert(correction).values(**row)) and None)
    await desk.accounts.note("gone@example.com", "read", id)
    lead = await person(desk, "ben@example.com", "Ben", Role.ADMINISTRATOR)
    assert "Corrected by gone@example.com" in await lead.get(f"/conversations/{id}")
    assert "gone@example.com" in await lead.get("/log?who=gone@example.com")


def test_the_account_of_earlier_rows_is_told_by_their_address(tmp_path: object) -> None:
    url = read_settings(database_url=f"sqlite:///{tmp_path}/old.db").database_url
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0005")
        for number, email in enumerate(("ben@example.com", "b.ray@example.com"), 1):
            made = text(
                "INSERT INTO account (id, email, name, role, password_hash, totp_used, failed, locked_until, "
                "created_at, disabled) VALUES (:id, :email, 'Ben', 'reviewer', 'x', 0, 0, 0, '', 0)"
            )
            connection.execute(made, {"id": number, "email": email})
        for who in ("b.ray@example.com", "gone@example.com"):
            connection.execute(
                text("INSERT INTO access (at, who, action, target, detail) VALUES ('', :who, 'read', '', '')"),
                {"who": who},
            )
            connection.execute(
                text("INSERT INTO article_version (article, text, who, at, note) VALUES ('a', '', :who, '', '')"),
                {"who": who},
            )
    with engine.begin() as connection:
        command.upgrade(config(connection), "head")
        for table in (access, article_version):
            rows = connection.execute(select(table.c.who, table.c.account).order_by(table.c.id)).all()
            assert [tuple(r) for r in rows] == [("b.ray@example.com", 2), ("gone@example.com", None)]
    engine.dispose()


names = st.text("bBeEnN ＢéA@()", min_size=1, max_size=6) | st.sampled_from(
    ["Ben", "ben", "BEN ", "Ben (ben1@example.com)"]
)


@given(st.lists(names, max_size=6))
def test_no_two_people_are_called_the_same(given_names: list[str]) -> None:
    people = [Account(n, f"ben{n}@example.com", name, Role.REVIEWER) for n, name in enumerate(given_names)]
    called = labels(people)
    assert len(set(called.values())) == len(people)
    assert all(a.name in called[a.id] for a in people)
