"""Every page of the console, with the least role it asks for; None is open to nobody in particular."""

from __future__ import annotations

from bot.console import (
    articles,
    conversations,
    desk,
    drafting,
    exports,
    for_developers,
    gaps,
    impact,
    live_help,
    numbers,
    people,
    privacy,
    reviewing,
    samples,
    tickets,
)
from bot.console.site import PageRoute
from bot.store.accounts import Role

V, R, A = Role.VIEWER, Role.REVIEWER, Role.ADMINISTRATOR
_CHAT = "/conversations/{id:str}"

#: Pages on which no shopper can stand: every other one that is read goes into the log of access.
NAMES_NOBODY = frozenset((
    "/", "/samples", "/drawings/{name}.svg", "/articles", "/articles-try", "/articles-new", "/articles/{id}",
    "/articles/{id}/draft", "/articles/{id}/versions/{version:int}", "/own", "/people", "/log", "/privacy",
))  # fmt: skip

ROUTES: tuple[PageRoute, ...] = tuple(
    PageRoute(method, path, role, handler, noted=path not in NAMES_NOBODY)
    for method, path, role, handler in (
        ("GET", "/", V, conversations.home),
        ("GET", "/sign-in", None, people.sign_in_page),
        ("POST", "/sign-in", None, people.sign_in),
        ("POST", "/language", None, people.ask_for_language),
        ("GET", "/first", None, people.first_page),
        ("POST", "/first", None, people.first),
        ("POST", "/sign-out", V, people.sign_out),
        ("GET", "/conversations", V, conversations.listing),
        ("GET", "/conversations.csv", V, exports.as_csv),
        ("GET", "/conversations.jsonl", A, exports.everything),
        ("POST", "/views", V, conversations.save_view),
        ("POST", "/views/{id:int}/forget", V, conversations.forget_view),
        ("GET", _CHAT, V, conversations.one),
        ("GET", _CHAT + "/turns", V, conversations.fresh),
        ("GET", _CHAT + "/fixture", R, for_developers.look_at_fixture),
        ("GET", _CHAT + "/fixture.yml", R, for_developers.to_fixture),
        ("POST", _CHAT + "/fixture.yml", R, for_developers.fixture),
        ("POST", _CHAT + "/review", R, reviewing.judge),
        ("POST", _CHAT + "/assign", R, reviewing.assign),
        ("POST", _CHAT + "/correct", R, reviewing.correct),
        ("POST", _CHAT + "/join", R, live_help.join),
        ("POST", _CHAT + "/say", R, live_help.say),
        ("POST", _CHAT + "/typing", R, live_help.typing),
        ("POST", _CHAT + "/present", R, live_help.present),
        ("POST", _CHAT + "/leave", R, live_help.leave),
        ("GET", "/live", V, conversations.live),
        ("GET", "/tickets", V, tickets.tickets),
        ("POST", "/tickets/{reference}/deliver", R, tickets.send_again),
        ("GET", "/flags", R, reviewing.flags),
        ("GET", "/samples", R, samples.samples),
        ("POST", "/samples", R, samples.make_sample),
        ("GET", "/samples/{id:int}", R, samples.one_sample),
        ("GET", "/training", R, for_developers.look_at_training),
        ("GET", "/training.yml", R, for_developers.to_training),
        ("POST", "/training.yml", R, for_developers.training),
        ("GET", "/numbers", V, numbers.numbers),
        ("GET", "/numbers.csv", V, numbers.numbers_csv),
        ("GET", "/drawings/{name}.svg", V, numbers.drawing),
        ("GET", "/gaps", V, gaps.gaps),
        ("GET", "/articles", V, articles.articles),
        ("GET", "/articles-try", V, articles.try_question),
        ("GET", "/articles-new", R, articles.new_article),
        ("GET", "/articles/{id}", V, articles.article),
        ("GET", "/articles/{id}/draft", V, drafting.draft),
        ("GET", "/articles/{id}/versions/{version:int}", V, articles.compare_versions),
        ("POST", "/articles/{id}", R, drafting.save_article),
        ("POST", "/articles/{id}/impact", R, impact.impact),
        ("POST", "/articles/{id}/give-up", R, drafting.give_up_draft),
        ("POST", "/articles/{id}/publish", A, drafting.publish_article),
        ("POST", "/articles/{id}/undo", A, drafting.undo_article),
        ("POST", "/articles/{id}/withdraw", A, drafting.withdraw_article),
        ("POST", "/articles/{id}/still-true", A, drafting.still_true),
        ("GET", "/desk", V, desk.tickets),
        ("GET", "/desk/{id:int}", V, desk.ticket),
        ("POST", "/desk/{id:int}", R, desk.work),
        ("POST", "/desk/{id:int}/notes/{note:int}", R, desk.send_again),
        ("GET", "/own", V, people.own),
        ("POST", "/own/language", V, people.choose_language),
        ("POST", "/own/password", V, people.change_password),
        ("POST", "/own/code", V, people.begin_totp),
        ("POST", "/own/code/confirm", V, people.confirm_totp),
        ("POST", "/own/code/end", V, people.end_totp),
        ("POST", "/own/code/recovery", V, people.renew_recovery),
        ("GET", "/people", A, people.people),
        ("POST", "/people", A, people.add_person),
        ("POST", "/people/{id:int}", A, people.change_person),
        ("GET", "/privacy", A, privacy.privacy),
        ("POST", "/privacy", A, privacy.look),
        ("POST", "/privacy/export", A, privacy.export),
        ("POST", "/privacy/erase", A, privacy.erase),
        ("GET", "/log", A, people.log),
    )
)
