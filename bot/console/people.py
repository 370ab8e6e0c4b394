"""Signing in and out, one's own account, everybody's accounts, and the log of who saw or exported what."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.responses import Response

from bot.console.site import LANGUAGE, SESSION, Ask, Refused, secure
from bot.console.speech import gettext, languages, ngettext, speak, speech_for
from bot.console.wording import apology, plain
from bot.store.accounts import (
    SHORTEST_PASSWORD,
    AccountError,
    Role,
)
from bot.store.admin_token import is_administrators
from bot.store.second_factor import code_fits, codes_left, new_recovery_codes, new_totp_secret, totp_address


async def sign_in_page(ask: Ask) -> Response:
    """The form to sign in; before there is any account, the way to the first."""
    if not await ask.accounts.any():
        return ask.to("/console/first")
    return ask.page("sign_in.html", error="", email="", next=ask.request.query_params.get("next", ""))


async def sign_in(ask: Ask) -> Response:
    """A session for whoever knows the password, and the code where one is asked for."""
    email, onward = ask.given("email", 254), ask.given("next", 2_000)
    await ask.site.count_try(ask)
    try:
        token, who = await ask.accounts.sign_in(email, ask.credential("password"), ask.credential("code", 20).strip())
    except AccountError as error:
        await ask.accounts.note_refused(email)
        return ask.page("sign_in.html", 401, error=apology(error), email=email, next=onward)
    await ask.accounts.note(
        who.account.email, "sign in", detail="with a recovery code" if who.recovered else "", account=who.account.id
    )
    if who.recovered:
        left = await codes_left(ask.bot.store, who.account.id)
        said = ngettext(
            "That was a recovery code; %(num)s is left. Where your app is lost, set up one-time codes anew.",
            "That was a recovery code; %(num)s are left. Where your app is lost, set up one-time codes anew.",
            left,
        )
        return _entered(ask, token, "/console/own", said)
    return _entered(ask, token, onward)


async def ask_for_language(ask: Ask) -> Response:
    """The language of whoever is not signed in, kept in their browser."""
    language = _language(ask)
    if not language:
        raise Refused(422, gettext("There is no such language; choose one of the list."))
    response = ask.to(f"/console/sign-in?next={quote(ask.given('next', 2_000))}")
    response.set_cookie(LANGUAGE, language, 365 * 86_400, path="/console", httponly=True, samesite="lax")
    return response


def _language(ask: Ask) -> str:
    """The language of the form; empty where none was chosen. Raises `Refused`."""
    language = ask.given("language", 16)
    if language and language not in languages():
        raise Refused(422, gettext("There is no such language; choose one of the list."))
    return language


def _entered(ask: Ask, token: str, onward: str = "", said: str = "") -> Response:
    fine = onward.startswith("/console/") and not onward.startswith("/console/sign") and "\\" not in onward
    response = ask.to(onward if fine else "/console/conversations", said)
    response.set_cookie(SESSION, token, path="/console", httponly=True, samesite="lax", secure=secure(ask))
    return response


async def sign_out(ask: Ask) -> Response:
    """End the session."""
    await ask.accounts.sign_out(ask.me.hash)
    await ask.note("sign out")
    response = ask.to("/console/sign-in", gettext("You are signed out."))
    response.delete_cookie(SESSION, path="/console")
    return response


async def first_page(ask: Ask) -> Response:
    """The first administrator's account; needs the token that was printed at the first start."""
    if await ask.accounts.any():
        return ask.to("/console/sign-in")
    return ask.page("first.html", error="", given={}, shortest=SHORTEST_PASSWORD)


async def first(ask: Ask) -> Response:
    """Make the first administrator's account and sign in with it."""
    given = {"name": ask.given("name", 100), "email": ask.given("email", 254)}
    password = ask.credential("password")
    await ask.site.count_try(ask)
    try:
        token = ask.credential("token", 200).strip()
        configured = ask.bot.settings.admin_token.get_secret_value()
        if not await is_administrators(token, configured=configured, store=ask.bot.store):
            raise AccountError(
                "this is not the administrator's token; it was printed when the bot first started, "
                "or is set as ASKONCE_ADMIN_TOKEN"
            )
        await ask.accounts.add(**given, role=Role.ADMINISTRATOR, password=password, first=True)
        token, who = await ask.accounts.sign_in(given["email"], password)
    except AccountError as error:
        return ask.page("first.html", 422, error=apology(error), given=given, shortest=SHORTEST_PASSWORD)
    await ask.accounts.note(who.account.email, "first administrator", account=who.account.id)
    return _entered(ask, token)


# ---------------------------------------------------------------- one's own account


async def own(ask: Ask) -> Response:
    """One's own account: password and one-time codes."""
    return await _own(ask)


async def _own(ask: Ask, code: int = 200, **shown: Any) -> Response:
    values: dict[str, Any] = {"error": "", "secret": "", "picture": "", "recovery": ()} | shown
    left = await codes_left(ask.bot.store, ask.me.account.id)
    return ask.page("own.html", code, shortest=SHORTEST_PASSWORD, left=left, **values)


async def choose_language(ask: Ask) -> Response:
    """One's own language, on every device from now on; none: what the browser asks for."""
    language = _language(ask)
    await ask.accounts.choose_language(ask.me.account.id, language)
    await ask.note("choose language", detail=language)
    speak(speech_for(language, ask.request.headers.get("accept-language", "")))
    response = ask.to("/console/own", gettext("The console is in this language now."))
    response.delete_cookie(LANGUAGE, path="/console")
    return response


async def change_password(ask: Ask) -> Response:
    """Another password for oneself; every session ends."""
    old, new = ask.credential("old"), ask.credential("new")
    await ask.site.count_try(ask)
    if not await ask.accounts.verify_password(ask.me.account.id, old):
        raise Refused(422, gettext("The present password is wrong; nothing was changed."))
    await ask.accounts.set_password(ask.me.account.id, new)
    await ask.note("change password")
    return ask.to("/console/sign-in", gettext("Your password is changed; sign in with it."))


async def begin_totp(ask: Ask) -> Response:
    """A new secret, as a picture for an authenticator app; it counts once a code of it was entered."""
    secret = new_totp_secret()
    return await _totp_page(ask, secret, "")


async def _totp_page(ask: Ask, secret: str, error: str) -> Response:
    address = totp_address(secret, ask.me.account.email)
    out = io.BytesIO()
    segno.make(address).save(out, kind="svg", scale=5, border=2, xmldecl=False, dark="#000", light="#fff", nl=False)
    picture = Markup(out.getvalue().decode())  # noqa: S704 - drawn by segno
    return await _own(ask, 422 if error else 200, error=error, secret=secret, picture=picture)


async def confirm_totp(ask: Ask) -> Response:
    """Ask for one-time codes from now on, where a code of the new secret fits; its recovery codes are shown this
    once."""
    secret = ask.credential("secret", 64).strip()
    if not secret.isalnum() or not code_fits(secret, ask.credential("code", 20).strip()):
        again = secret if secret.isalnum() else new_totp_secret()
        return await _totp_page(ask, again, gettext("This code does not fit; try the next one."))
    codes = new_recovery_codes()
    await ask.accounts.set_totp(ask.me.account.id, secret, codes)
    await ask.note("turn on one-time codes")
    return await _own(ask, recovery=codes)


async def renew_recovery(ask: Ask) -> Response:
    """Ten other recovery codes, shown this once."""
    await ask.site.count_try(ask)
    if not await ask.accounts.verify_password(ask.me.account.id, ask.credential("password")):
        raise Refused(422, gettext("The password is wrong; nothing was changed."))
    if not ask.me.account.has_totp:
        raise Refused(409, gettext("Set up one-time codes first; recovery codes serve in their place."))
    codes = new_recovery_codes()
    await ask.accounts.renew_recovery(ask.me.account.id, codes)
    await ask.note("renew recovery codes")
    return await _own(ask, recovery=codes)


async def end_totp(ask: Ask) -> Response:
    """Ask for one-time codes no longer."""
    await ask.site.count_try(ask)
    if not await ask.accounts.verify_password(ask.me.account.id, ask.credential("password")):
        raise Refused(422, gettext("The password is wrong; nothing was changed."))
    await ask.accounts.set_totp(ask.me.account.id, None)
    await ask.note("turn off one-time codes")
    return ask.to("/console/own", gettext("Signing in asks for no code any more."))


# ---------------------------------------------------------------- everybody's


async def people(ask: Ask) -> Response:
    """Everybody's accounts."""
    return ask.page(
        "people.html", people=await ask.accounts.all(), roles=[r.label for r in Role], shortest=SHORTEST_PASSWORD
    )


def _role(text: str) -> Role:
    if text not in {r.label for r in Role}:
        raise Refused(422, gettext("The role may be %(roles)s.", roles=", ".join(plain(r.label) for r in Role)))
    return Role[text.upper()]


async def add_person(ask: Ask) -> Response:
    """An account for a colleague."""
    role = _role(ask.given("role"))
    made = await ask.accounts.add(
        email=ask.given("email", 254), name=ask.given("name", 100), role=role, password=ask.credential("password")
    )
    await ask.note("add account", made.email, role.label)
    return ask.to(
        "/console/people", gettext("%(name)s may sign in as %(role)s.", name=made.name, role=plain(role.label))
    )


async def change_person(ask: Ask) -> Response:
    """Another role, disabled or enabled, or a new password."""
    id, do = ask.place("id"), ask.given("do")
    person = next((a for a in await ask.accounts.all() if a.id == id), None)
    if person is None:
        raise Refused(404, gettext("There is no such account."))
    if do == "role":
        await ask.accounts.change(id, role=_role(ask.given("role")).label)
    elif do in ("disable", "enable"):
        await ask.accounts.change(id, disabled=int(do == "disable"))
    elif do == "password":
        await ask.accounts.set_password(id, ask.credential("password"))
    elif do == "no-code":
        await ask.accounts.set_totp(id, None)
    else:
        raise Refused(
            422,
            gettext(
                "Choose what to change: the role, the password, one-time codes, or whether the account is enabled."
            ),
        )
    await ask.note(f"account: {do}", person.email, ask.given("role"))
    return ask.to("/console/people", gettext("%(name)s: done.", name=person.name))


async def log(ask: Ask) -> Response:
    """Who saw, changed and exported what, the newest first."""
    before, who = ask.asked("before", 0), ask.request.query_params.get("who", "")
    rows = await ask.accounts.log(before=before, who=who, limit=101)
    return ask.page("log.html", rows=rows[:100], more=len(rows) > 100, person=who, called=await ask.called())
