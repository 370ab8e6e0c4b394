"""The referee sees the same conversation whether it was stored or rehearsed."""

from bot.bootstrap import run_bot
from bot.history.transcripts import transcript
from bot.replay.rehearsal import STEM, Stagehand
from bot.settings import read_settings
from dialogue import events as e
from dialogue.states import TicketStatus
from tests.patience import until

SUPPORT = "support@example.com"
SAID = ("my lamp came broken", "jane@example.com, and is shipping free?", "yes please", "thanks, bye")


async def test_a_rehearsal_and_the_store_show_the_referee_the_same(database_url: str) -> None:
    chosen = read_settings(database_url=database_url, support_email=SUPPORT)
    page = e.CustomerIdentified("Jane Doe", None)
    rehearsal = Stagehand(chosen).begin()
    await rehearsal.tell(page)
    async with run_bot(chosen, stem=lambda: STEM) as bot:
        chat, _ = await bot.hub.begin()
        await chat.tell(page)
        for number, text in enumerate(SAID):
            await rehearsal.say(text)
            await chat.hear(str(number), text)
            await until(lambda: all(t.status is TicketStatus.FILED for t in chat.state.tickets))
        stored = await transcript(bot.store, chat.id, support_email=SUPPORT, settled=True)
    assert rehearsal.transcript() == stored
    assert [t.who for t in stored.turns][:2] == ["page", "shopper"] and len(stored.tickets) == 1
