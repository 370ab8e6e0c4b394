"""What ails a database, in an operator's words, and what to do; told by what the database says of itself."""

from __future__ import annotations

import logging

log = logging.getLogger("askonce.store")

#: Words in an error -> what it means, and what to do.
_KNOWN = (
    ("disk is full", "the disk is full", "free some space, or move the database; nothing that was stored is lost"),
    ("no space left", "the disk is full", "free some space, or move the database; nothing that was stored is lost"),
    ("disk full", "the disk is full", "free some space, or move the database; nothing that was stored is lost"),
    (
        "readonly database", "the database may only be read",
        "give the bot's user the right to write to the file and to its folder, and mount the volume for writing",
    ),
    (
        "read-only transaction", "the database may only be read",
        "it is a standby, or default_transaction_read_only is on: connect to the primary",
    ),
    ("database is locked", "another process holds the database", "find and end it: `fuser -v` on the file names it"),
    (
        "malformed", "the database is damaged",
        "stop the bot, keep the file, and restore the latest backup (`askonce restore`)",
    ),
    (
        "not a database", "the file is no database",
        "check ASKONCE_DATABASE_URL; stop the bot and restore the latest backup (`askonce restore`)",
    ),
    ("disk i/o error", "the disk fails", "look at the machine's log; move the database to another disk"),
    ("unable to open database file", "the file cannot be opened", "check the folder and whose it is"),
    ("too many clients", "the database takes no more connections", "see *Connections* in docs/operations.md"),
    ("too many connections", "the database takes no more connections", "see *Connections* in docs/operations.md"),
    ("remaining connection slots", "the database takes no more connections", "see *Connections* in docs/operations.md"),
    ("password authentication failed", "the database refuses the password", "check ASKONCE_DATABASE_URL"),
    ("does not exist", "there is no such database, role or table", "check ASKONCE_DATABASE_URL; `askonce doctor`"),
    ("connection refused", "nothing listens at the database's address", "start it, or check ASKONCE_DATABASE_URL"),
    ("name or service not known", "the database's host has no address", "check ASKONCE_DATABASE_URL and the DNS"),
    ("too many open files", "the process has no file descriptors left", "raise its limit (`ulimit -n`)"),
)  # fmt: skip


def what_ails(error: BaseException) -> tuple[str, str]:
    """What an error of the database means, and what to do; the kind of the error where nothing is known of it."""
    seen: list[str] = []
    while error is not None and len(seen) < 5:
        seen.append(f"{error}".lower())
        error = error.__cause__ or error.__context__ or getattr(error, "orig", None)  # type: ignore[assignment]
    told = " ".join(seen)
    for words, what, advice in _KNOWN:
        if words in told:
            return what, advice
    return "the database does not answer", "see its own log, and `askonce doctor`"


class Trouble:
    """What ails the database now. Where it is `logged`, the log hears of it once when it comes and once when it goes; a
    command says by itself what went wrong. `now` is empty where it is well."""

    def __init__(self) -> None:
        self.now, self.logged = "", False

    def came(self, error: BaseException) -> None:
        """A statement could not be carried out."""
        what, advice = what_ails(error)
        if what != self.now:
            self.now = what
            if self.logged:
                log.error("nothing can be stored or read: %s; %s", what, advice)

    def went(self) -> None:
        """One was carried out."""
        if self.now and self.logged:
            log.warning("the database is well again (%s before)", self.now)
        self.now = ""
