"""The declarations: one entry a table, one line a column. See `bot.store.declared` for what they mean and who follows
them."""

from __future__ import annotations

from bot.store.declared import Holds, Kept, Kind, Register, Viewer, Whose


def _words(*, typed: bool = False) -> Holds:
    return Holds(whose=Whose.SHOPPER, kind=Kind.PERSONAL, viewer=Viewer.MASKED, words=True, typed=typed)


def _json(*plain: str, kind: Kind = Kind.PERSONAL) -> Holds:
    seen = Viewer.MASKED if kind is Kind.PERSONAL else Viewer.SHOWN
    words = kind is Kind.PERSONAL
    return Holds(whose=Whose.SHOPPER, kind=kind, viewer=seen, json=True, words=words, plain=frozenset(plain))


def _secret(whose: Whose) -> Holds:
    return Holds(whose=whose, kind=Kind.SECRET, viewer=Viewer.HIDDEN)


#: Of the shopper's conversation, and names nobody.
_FACT = Holds(whose=Whose.SHOPPER, kind=Kind.FACT, viewer=Viewer.SHOWN)
#: Of the shopper's conversation, and names nobody, but comes from outside or was cut from what was said.
_TEXT = Holds(whose=Whose.SHOPPER, kind=Kind.FACT, viewer=Viewer.SHOWN, words=True)
#: What the shopper said, or what is known of them.
_WORDS = _words()
#: What a colleague wrote about one conversation or ticket.
_NOTE = _words(typed=True)
#: The shop's own: its machinery, its articles.
_SHOPS = Holds(whose=Whose.SHOP, kind=Kind.FACT, viewer=Viewer.SHOWN)
#: The shop's own, and no word of ours: a name that somebody chose, a path of the console.
_SHOPS_TEXT = Holds(whose=Whose.SHOP, kind=Kind.FACT, viewer=Viewer.SHOWN, words=True)
#: The shop's own words, in which a shopper ought not to be named and may be.
_SHOPS_WORDS = Holds(whose=Whose.SHOP, kind=Kind.FACT, viewer=Viewer.SHOWN, words=True, typed=True)
#: Words of a reader whom nobody knows, in which somebody may be named.
_READERS_WORDS = Holds(whose=Whose.SHOPPER, kind=Kind.FACT, viewer=Viewer.MASKED, words=True, typed=True)
#: A colleague's name or address, beside what they did.
_COLLEAGUE = Holds(whose=Whose.COLLEAGUE, kind=Kind.PERSONAL, viewer=Viewer.SHOWN, words=True)
#: Who did something; what somebody typed who was not let in may stand in older rows.
_WHO = Holds(whose=Whose.COLLEAGUE, kind=Kind.PERSONAL, viewer=Viewer.SHOWN, words=True, typed=True)
#: In a stored state and in what the tracker was told.
_STEPS = ("phase", "stem", "by", "kind", "reference", "status", "act", "article", "title", "rule", "why", "field")

REGISTER = Register(
    {
        "conversation": Kept(
            what="a chat, and where it stands",
            ends="the shopper or an administrator erases it",
            setting="retention_days",
            at="updated_at",
            columns={
                "id": _FACT, "token_hash": _secret(Whose.SHOPPER), "created_at": _FACT, "updated_at": _FACT,
                "seq": _FACT, "number": _FACT, "state": _json(*_STEPS), "locale": _TEXT, "channel": _FACT,
                "erased_at": _FACT, "customer": _secret(Whose.SHOPPER), "read": _FACT,
            },
        ),
        "device": Kept(
            what="a further device of a signed-in customer", by="conversation", to=("conversation", "id"),
            columns={"token_hash": _secret(Whose.SHOPPER), "conversation": _FACT, "created_at": _FACT},
        ),
        "happening": Kept(
            what="what the tracker was told", by="conversation", to=("conversation", "id"),
            columns={
                "conversation": _FACT, "number": _FACT, "seq": _FACT, "at": _FACT, "events": _json(*_STEPS),
                "rows": _json(kind=Kind.FACT), "milliseconds": _FACT,
            },
        ),
        "turn": Kept(
            what="what was said", by="conversation", to=("conversation", "id"),
            columns={
                "conversation": _FACT, "seq": _FACT, "who": _FACT, "text": _WORDS, "at": _FACT, "client_id": _WORDS,
                "act": _FACT, "asks": _json(kind=Kind.FACT), "sources": _json("article", "title"),
                "ticket": _json("reference", "status"), "choices": _json(), "rule": _FACT, "number": _FACT,
                "language": _FACT, "parts": _json(kind=Kind.FACT), "files": _json("id", "type"),
            },
        ),
        "attachment": Kept(
            what="a file that the shopper sent; its bytes lie in the folder of files",
            by="conversation", to=("conversation", "id"), ends="a day after it was uploaded and not sent",
            columns={
                "id": _FACT, "conversation": _FACT, "client_id": _WORDS, "seq": _FACT, "place": _FACT, "ticket": _FACT,
                "name": _WORDS,
                "type": _FACT, "size": _FACT, "content": _FACT, "thumbnail": _FACT, "created_at": _FACT,
                "status": _FACT,
            },
        ),
        "addition": Kept(
            what="a note with the shopper's files on its way to the helpdesk, and then that it is there",
            by="conversation", to=("conversation", "id"),
            columns={
                "key": _FACT, "conversation": _FACT, "reference": _FACT,
                "payload": _json("reference", "ticket", "files"), "status": _FACT, "helpdesk": _SHOPS,
                "external_id": _SHOPS, "attempts": _FACT, "ambiguous": _FACT, "due_at": _FACT, "lease_until": _FACT,
                "owner": _SHOPS, "created_at": _FACT, "told_saved": _FACT, "trace": _SHOPS, "seen": _FACT,
                "said": _SHOPS,
            },
        ),
        "file_gone": Kept(
            what="that a content is to be deleted from the folder of files", ends="as soon as it is deleted",
            columns={"hash": _SHOPS, "at": _SHOPS},
        ),
        "outbox": Kept(
            what="a ticket on its way to the helpdesk, and then that it was filed",
            by="conversation", to=("conversation", "id"),
            ends="one that waits is filed first, one that was refused goes along",
            columns={
                "key": _FACT, "conversation": _FACT, "reference": _FACT,
                "payload": _json("reference", "disputes", "tags", "language"), "status": _FACT, "helpdesk": _FACT,
                "external_id": _FACT, "attempts": _FACT, "ambiguous": _FACT, "due_at": _FACT, "lease_until": _SHOPS,
                "owner": _SHOPS, "created_at": _FACT, "told_saved": _FACT, "trace": _SHOPS,
            },
        ),
        "notice": Kept(
            what="mail to a shopper who had left", by="key", to=("outbox", "key"),
            columns={
                "key": _FACT, "subject": _WORDS, "text": _WORDS, "language": _FACT, "status": _FACT, "attempts": _FACT,
                "due_at": _FACT, "lease_until": _SHOPS,
            },
        ),
        "attempt": Kept(
            what="an attempt to deliver a ticket", by="key", to=("outbox", "key"),
            columns={"id": _FACT, "key": _FACT, "at": _FACT, "outcome": _FACT, "detail": _WORDS},
        ),
        "presence": Kept(
            what="that a person of the shop is in a chat, and until when", by="conversation", to=("conversation", "id"),
            columns={"conversation": _FACT, "stay": _FACT, "until": _FACT, "waiting_since": _FACT},
        ),
        "gap": Kept(
            what="a question without an article", by="conversation", to=("conversation", "id"),
            columns={"id": _FACT, "conversation": _FACT, "seq": _FACT, "question": _WORDS, "at": _FACT},
        ),
        "news": Kept(
            what="that who asked is to hear of an article, and how they did", by="gap", to=("gap", "id"),
            columns={
                "gap": _FACT, "article": _TEXT, "version": _FACT, "at": _FACT, "chat": _FACT, "mail": _FACT,
                "lease_until": _SHOPS,
            },
        ),
        "news_mail": Kept(
            what="the mail about it, empty once it is sent or refused", by="gap", to=("news", "gap"),
            columns={
                "gap": _FACT, "key": _FACT, "name": _WORDS, "email": _WORDS, "subject": _WORDS, "text": _WORDS,
                "language": _FACT, "status": _FACT, "attempts": _FACT, "due_at": _FACT, "lease_until": _SHOPS,
            },
        ),
        "rating": Kept(
            what="a rating and its comment", by="conversation", to=("conversation", "id"),
            columns={"conversation": _FACT, "score": _FACT, "comment": _WORDS, "at": _FACT},
        ),
        "summary": Kept(
            what="a conversation in one row, for lists and numbers",
            by="conversation", to=("conversation", "id"), cache=True,
            columns={
                "id": _FACT, "conversation": _FACT, "version": _FACT, "number": _FACT, "created_at": _FACT,
                "updated_at": _FACT, "turns": _FACT, "channel": _FACT, "language": _FACT, "outcome": _FACT,
                "opening": _WORDS, "opening_masked": _TEXT, "offered": _FACT, "answered": _FACT, "tickets": _FACT,
                "saved": _FACT, "gaps": _FACT, "heard": _FACT, "fallbacks": _FACT, "reasks": _FACT, "violations": _FACT,
                "rating": _FACT, "delivery": _FACT, "first_answer_ms": _FACT, "understood_by": _FACT, "refused": _FACT,
                "heard_at": _FACT,
            },
        ),
        "facet": Kept(
            what="what a conversation is found by", by="summary", to=("summary", "id"), cache=True,
            columns={"kind": _FACT, "value": _WORDS, "created_at": _FACT, "summary": _FACT},
        ),
        "search": Kept(
            what="the words a conversation is found by", by="rowid", to=("summary", "id"), cache=True,
            columns={"rowid": _FACT, "words": _WORDS, "masked": _FACT},
        ),
        "review": Kept(
            what="a reviewer's verdict", by="conversation", to=("conversation", "id"),
            columns={
                "conversation": _FACT, "account": _SHOPS, "verdict": _FACT, "reasons": _json(kind=Kind.FACT),
                "note": _NOTE, "at": _FACT,
            },
        ),
        "assignment": Kept(
            what="who is to look at a conversation", by="conversation", to=("conversation", "id"),
            columns={"conversation": _FACT, "account": _SHOPS, "at": _FACT},
        ),
        "correction": Kept(
            what="what should have been understood", by="conversation", to=("conversation", "id"),
            columns={
                "conversation": _FACT, "seq": _FACT, "intent": _FACT, "name": _NOTE, "email": _NOTE, "reason": _NOTE,
                "who": _COLLEAGUE, "at": _FACT, "wrong": _json(kind=Kind.FACT), "account": _SHOPS,
            },
        ),
        "sample_item": Kept(
            what="a conversation's place in a sample", by="conversation", to=("conversation", "id"),
            columns={"sample": _SHOPS, "position": _SHOPS, "conversation": _FACT},
        ),
        "one_time": Kept(
            what="that something secret was passed on to a colleague, and until it is read its ciphertext",
            by="conversation", to=("conversation", "id"), ends="the ciphertext: it is read, or its time is over",
            backup=False,
            columns={
                "id": _secret(Whose.SHOPPER), "conversation": _FACT, "account": _SHOPS, "what": _NOTE, "key": _SHOPS,
                "language": _FACT, "sealed": _secret(Whose.SHOPPER), "created_at": _FACT, "until": _FACT,
                "sealed_at": _FACT, "read_at": _FACT,
            },
        ),
        "desk_ticket": Kept(
            what="a ticket of the built-in desk",
            ends="an administrator erases its person",
            setting="retention_desk_days",
            at="created_at",
            columns={
                "id": _FACT, "key": _FACT, "reference": _FACT,
                "payload": _json("reference", "disputes", "tags", "language"), "status": _FACT, "created_at": _FACT,
            },
        ),
        "desk_note": Kept(
            what="work on a ticket of the desk", by="ticket", to=("desk_ticket", "id"),
            columns={
                "id": _FACT, "ticket": _FACT, "kind": _FACT, "text": _NOTE, "who": _COLLEAGUE, "at": _FACT,
                "sent": _FACT, "account": _SHOPS,
            },
        ),
        "sample": Kept(
            what="a random sample for an audit", ends="kept",
            columns={
                "id": _SHOPS, "name": _SHOPS_WORDS, "seed": _SHOPS, "stratum": _SHOPS, "since": _SHOPS, "until": _SHOPS,
                "who": _COLLEAGUE, "at": _SHOPS, "account": _SHOPS,
            },
        ),
        "article_version": Kept(
            what="an edited article, every version and draft", ends="kept",
            columns={
                "id": _SHOPS, "article": _SHOPS_TEXT, "text": _SHOPS_WORDS, "who": _COLLEAGUE, "at": _SHOPS,
                "note": _SHOPS_WORDS, "account": _SHOPS, "state": _SHOPS, "base": _SHOPS, "source": _SHOPS_WORDS,
            },
        ),
        "article_opinion": Kept(
            what="whether an article helped a reader of the help centre, and their word on it",
            setting="retention_days", at="at",
            columns={
                "id": _SHOPS, "article": _SHOPS_TEXT, "language": _SHOPS, "helpful": _SHOPS, "words": _READERS_WORDS,
                "at": _SHOPS,
            },
        ),
        "account": Kept(
            what="a colleague who may sign in", ends="kept, disabled where they have left: the log names it",
            columns={
                "id": _SHOPS, "email": _COLLEAGUE, "name": _COLLEAGUE, "role": _SHOPS,
                "password_hash": _secret(Whose.COLLEAGUE), "totp_secret": _secret(Whose.COLLEAGUE), "totp_used": _SHOPS,
                "failed": _SHOPS, "locked_until": _SHOPS, "created_at": _SHOPS, "disabled": _SHOPS,
                "language": _SHOPS,
            },
        ),
        "session": Kept(
            what="a colleague signed in",
            by="account", to=("account", "id"), ends="signing out, 8 hours unused, a week",
            backup=False,
            columns={
                "hash": _secret(Whose.COLLEAGUE), "account": _SHOPS, "csrf": _secret(Whose.COLLEAGUE),
                "created_at": _SHOPS, "seen_at": _SHOPS,
            },
        ),
        "saved_view": Kept(
            what="a colleague's saved filters", by="account", to=("account", "id"), ends="its owner deletes it",
            columns={"id": _SHOPS, "account": _SHOPS, "name": _SHOPS_WORDS, "query": _SHOPS_WORDS},
        ),
        "access": Kept(
            what="who saw, changed and exported what", setting="retention_log_days", at="at",
            columns={
                "id": _SHOPS, "at": _SHOPS, "who": _WHO, "action": _SHOPS_TEXT, "target": _SHOPS_WORDS,
                "detail": _SHOPS_WORDS, "account": _SHOPS,
            },
        ),
        "log_key": Kept(
            what="what addresses and words are hashed with in the log", ends="kept",
            columns={"id": _SHOPS, "key": _secret(Whose.SHOP)},
        ),
        "own_key": Kept(
            what="a key that the bot made for itself", ends="kept",
            columns={"name": _SHOPS, "value": _secret(Whose.SHOP)},
        ),
        "spent_token": Kept(
            what="that an erased conversation's token opens nothing", ends="two days later, with the next erasure",
            columns={"hash": _secret(Whose.SHOP), "at": _SHOPS},
        ),
        "sign_in_try": Kept(
            what="wrong tries to sign in, by a hash of the address", ends="a day later, with the next wrong try",
            columns={"hash": _secret(Whose.COLLEAGUE), "failed": _SHOPS, "locked_until": _SHOPS, "at": _SHOPS},
        ),
        "recovery_code": Kept(
            what="a hashed recovery code of a colleague",
            by="account", to=("account", "id"), ends="with one-time codes, or new ones",
            columns={"account": _SHOPS, "hash": _secret(Whose.COLLEAGUE), "made_at": _SHOPS, "used_at": _SHOPS},
        ),
        "admin_token": Kept(
            what="the administrator's token", ends="kept",
            columns={"hash": _secret(Whose.SHOP), "created_at": _SHOPS},
        ),
        "lease": Kept(
            what="work that one process does for all", ends="the next holder overwrites it", backup=False,
            columns={"name": _SHOPS, "owner": _SHOPS, "until": _SHOPS},
        ),
        "alembic_version": Kept(what="which form the tables have", ends="kept", columns={"version_num": _SHOPS}),
    }
)  # fmt: skip

#: The tables in which SQLite's full-text search keeps `search`; they hold what it holds and go as it does.
WITHIN_SEARCH = frozenset(f"search_{part}" for part in ("data", "idx", "content", "docsize", "config"))
