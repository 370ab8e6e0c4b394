"""A real WordPress with the plug-in of `deploy/shops/wordpress`, walked in Chromium. No part of `make test`:

    apt-get install --no-install-recommends wordpress wordpress-theme-twentytwentythree \\
      wordpress-theme-twentytwentyone php-cli php-mysql php-xml php-mbstring mariadb-server
    .venv/bin/python -m pytest tests/browser/wordpress.py

WordPress is copied to a folder of its own, with a MariaDB behind a socket and PHP's built-in server; all ends with the
test. `ASKONCE_PICTURES=folder` keeps what was on screen."""

from __future__ import annotations

import getpass
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from bot.chat.identity import customer_key
from tests.browser.drive import say, wait_for
from tests.conftest import ROOT, BotProcess, free_port, missing
from tests.patience import wait_until

SECRET = "it's a secret of the shop"
PASSWORD = "of a shop that lasts a minute"
DEBIANS = pathlib.Path("/usr/share/wordpress")
#: What WordPress makes of `&`, of quotes, and of words that stand in every script's tag.
ODD = ("Zoë", "O'Neil src= & Co")
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', '%(folder)s/debug.log');
define('ASKONCE_URL', '%(bot)s/'); define('ASKONCE_IDENTITY_SECRET', "%(secret)s");
$table_prefix = 'wp_';
define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


@contextmanager
def _running(log: pathlib.Path, *command: str, **environment: str) -> Iterator[None]:
    """A program and its children: PHP's server leaves its own behind."""
    with log.open("wb") as heard:
        streams: dict[str, Any] = {"stdout": heard, "stderr": heard, "start_new_session": True}
        process = subprocess.Popen(command, env=os.environ | environment, **streams)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


@contextmanager
def mariadb(folder: pathlib.Path) -> Iterator[str]:
    """A server with an empty database `wordpress`; gives its socket."""
    data, socket, user = folder / "data", folder / "mariadb.sock", f"--user={getpass.getuser()}"
    made = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", user, "--skip-test-db"]
    subprocess.run([*made, "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL)
    server = shutil.which("mariadbd", path="/usr/sbin:/usr/bin") or "mariadbd"
    options = (f"--datadir={data}", f"--socket={socket}", user, "--skip-networking", "--innodb-flush-method=nosync")
    with _running(folder / "mariadb.log", server, "--no-defaults", *options):
        wait_until(socket.exists)
        client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root"]
        subprocess.run([*client, "-e", "create database wordpress"], check=True)
        yield str(socket)


class Site:
    """A WordPress that is installed through its own form."""

    def __init__(self, folder: pathlib.Path, url: str) -> None:
        self.folder, self.url = folder, url

    def install(self) -> None:
        given = {"weblog_title": "Birch & Loom", "user_name": "keeper", "admin_email": "keeper@example.com"}
        secret = {"admin_password": PASSWORD, "admin_password2": PASSWORD, "pw_weak": "on", "blog_public": "0"}
        said = httpx.post(f"{self.url}/wp-admin/install.php?step=2", data=given | secret, timeout=120)
        assert "Success!" in said.text, said.text[-2000:]

    def sign_in(self, page: Page, who: str) -> None:
        page.goto(f"{self.url}/wp-login.php")
        page.fill("#user_login", who)
        page.fill("#user_pass", PASSWORD)
        page.click("#wp-submit")
        page.wait_for_url("**/wp-admin/**")

    def sign_out(self, page: Page) -> None:
        page.goto(f"{self.url}/wp-login.php?action=logout")
        page.get_by_role("link", name="log out").click()
        page.wait_for_url("**loggedout=true**")

    def add_customer(self, page: Page, login: str, email: str, first: str, last: str) -> None:
        page.goto(f"{self.url}/wp-admin/user-new.php")
        for field, words in {"user_login": login, "email": email, "first_name": first}.items():
            page.fill(f"#{field}", words)
        page.fill("#last_name", last)
        page.fill("#pass1", PASSWORD)
        page.uncheck("#send_user_notification")
        page.click("#createusersub")
        expect(page.get_by_text("New user created")).to_be_visible()

    def wear(self, page: Page, theme: str) -> None:
        page.goto(f"{self.url}/wp-admin/themes.php")
        page.locator(f'[data-slug="{theme}"]').hover()
        page.locator(f'[data-slug="{theme}"] .activate').click()
        expect(page.get_by_text("New theme activated")).to_be_visible()

    def complaints(self) -> list[str]:
        """What PHP said of the plug-in."""
        log = self.folder / "debug.log"
        return [line for line in log.read_text().splitlines() if "askonce.php" in line] if log.exists() else []


@pytest.fixture
def site(make_bot: Callable[..., BotProcess]) -> Iterator[Site]:
    if not DEBIANS.is_dir() or not shutil.which("php") or not shutil.which("mariadb-install-db"):
        missing("WordPress (wordpress, php-cli, php-mysql and mariadb-server)")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    bot = make_bot(ASKONCE_ALLOWED_ORIGINS=url, ASKONCE_IDENTITY_SECRET=SECRET)
    with ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="askonce-wordpress-")))
        files = folder / "site"
        shutil.copytree(DEBIANS, files)
        shutil.copy(ROOT / "deploy" / "shops" / "wordpress" / "askonce.php", files / "wp-content" / "plugins")
        socket = stack.enter_context(mariadb(folder))
        values = {"socket": socket, "folder": folder, "bot": bot.url, "secret": SECRET}
        (files / "wp-config.php").write_text(CONFIG % values)
        php = ("php", "-S", f"127.0.0.1:{port}", "-t", str(files))
        stack.enter_context(_running(folder / "php.log", *php, PHP_CLI_SERVER_WORKERS="3"))
        wait_until(lambda: "started" in (folder / "php.log").read_text())
        found = Site(folder, url)
        found.install()
        yield found


class Visit:
    """A browser of somebody's, and what it told the bot of who they are."""

    def __init__(self, browser: Browser, **size: Any) -> None:
        self.context: BrowserContext = browser.new_context(**size)
        self.page = self.context.new_page()
        self.told: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.page.on("websocket", self._listen)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.told.append(json.loads(frame)))

    def open(self, site: Site) -> None:
        self.page.goto(site.url)
        self.page.get_by_role("button", name="Chat with us").click()
        expect(self.page.get_by_role("button", name="Open a ticket")).to_be_visible()

    def photographed(self, name: str) -> None:
        if folder := os.environ.get("ASKONCE_PICTURES"):
            self.page.screenshot(path=f"{folder}/wordpress-{name}.png")

    @property
    def customer(self) -> dict[str, Any]:
        """The customer whom the page named last."""
        return [frame["customer"] for frame in self.told if frame.get("customer")][-1]  # type: ignore[no-any-return]


def _visitor(browser: Browser, site: Site) -> None:
    """Nobody is signed in: the bot asks, and does so once."""
    visit = Visit(browser, viewport={"width": 390, "height": 844})
    visit.open(site)
    say(visit.page, "how long does delivery take?")
    wait_for(visit.page, "working days")
    say(visit.page, "My throw arrived torn, please open a ticket")
    wait_for(visit.page, "full name and your email address")
    visit.photographed("visitor")
    assert not visit.faults and not any(frame.get("customer") for frame in visit.told)
    visit.context.close()


def _customer(browser: Browser, site: Site) -> None:
    """Nothing is asked of whom WordPress knows; their chat is on their other device, and gone when they sign out."""
    visit, device = Visit(browser), Visit(browser)
    site.sign_in(visit.page, "jane")
    visit.open(site)
    say(visit.page, "My throw arrived torn, please open a ticket")
    wait_for(visit.page, "ticket is filed")
    expect(visit.page.get_by_role("log")).not_to_contain_text("I need your")
    visit.photographed("customer")
    told = visit.customer
    assert (told["name"], told["email"].lower()) == ("Jane Doe", "jane@example.com")
    assert customer_key(SECRET, "jane@example.com", told["signature"])
    site.sign_in(device.page, "jane")
    device.page.goto(site.url)
    device.page.get_by_role("button", name="Chat with us").click()
    wait_for(device.page, "ticket is filed")
    site.sign_out(visit.page)
    visit.page.goto(site.url)
    if (launcher := visit.page.get_by_role("button", name="Chat with us")).is_visible():
        launcher.click()
    expect(visit.page.get_by_role("button", name="Open a ticket")).to_be_visible()
    expect(visit.page.get_by_role("log")).not_to_contain_text("torn")
    visit.photographed("signed-out")
    say(visit.page, "My throw arrived torn, please open a ticket")
    wait_for(visit.page, "full name and your email address")
    assert not visit.faults and not device.faults
    for done in (visit, device):
        done.context.close()


def _odd_customer(browser: Browser, site: Site) -> None:
    """What WordPress stores of a name is HTML; the page says the name itself."""
    visit = Visit(browser)
    site.sign_in(visit.page, "zoe")
    visit.open(site)
    say(visit.page, "hello")
    wait_for(visit.page, "hello")
    assert not visit.faults and visit.customer["name"] == " ".join(ODD)
    assert customer_key(SECRET, "zoe&co@example.com", visit.customer["signature"])
    visit.context.close()


def test_a_shop_on_wordpress(browser: Browser, site: Site) -> None:
    keeper = Visit(browser)
    site.sign_in(keeper.page, "keeper")
    keeper.page.goto(f"{site.url}/wp-admin/plugins.php")
    keeper.page.get_by_role("link", name="Activate Askonce chat").click()
    expect(keeper.page.get_by_text("Plugin activated")).to_be_visible()
    site.add_customer(keeper.page, "jane", "Jane@Example.com", "Jane", "Doe")
    site.add_customer(keeper.page, "zoe", "zoe&co@example.com", *ODD)
    _visitor(browser, site)
    _customer(browser, site)
    _odd_customer(browser, site)
    site.wear(keeper.page, "twentytwentyone")
    keeper.open(site)
    keeper.photographed("another-theme")
    assert not keeper.faults and not site.complaints()


@pytest.mark.parametrize("path", ["wordpress/askonce.php", "magento/askonce.phtml"])
def test_php_reads_it(path: str) -> None:
    if shutil.which("php") is None:
        missing("PHP (the command `php`)")
    read = subprocess.run(["php", "-l", str(ROOT / "deploy" / "shops" / path)], capture_output=True, text=True)
    assert read.returncode == 0, read.stdout
