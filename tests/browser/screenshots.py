"""Takes the pictures in `docs/pictures`: the real page, the real bot. Run by `make screenshots`."""

from __future__ import annotations

import pathlib
import sys
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.drive import chromium, say, wait_for  # noqa: E402
from tests.conftest import TOKEN, BotProcess  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bot = BotProcess(pathlib.Path(folder)).start()
        browser = chromium(playwright)
        for name, width, height, scheme in (("desktop", 1180, 760, "light"), ("phone-dark", 390, 800, "dark")):
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(bot.url)
            page.get_by_role("button", name="Chat with us").click()
            say(page, "how long does delivery take?")
            wait_for(page, "6 to 12 working days")
            say(page, "mine has been 25 days, nothing came. I'm Jane Doe")
            wait_for(page, "Would you like me to open")
            page.get_by_role("button", name="Yes, open a ticket").click()
            wait_for(page, "your email address")
            say(page, "jane.doe@example.com")
            wait_for(page, "Your support ticket is filed")
            page.wait_for_timeout(400)
            page.screenshot(path=PICTURES / f"widget-{name}.png")
            page.close()
        page = browser.new_page(viewport={"width": 1180, "height": 760})
        page.goto(bot.url + "/console")
        page.get_by_label("Administrator's token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Read").first.click()
        page.get_by_text("Understood by").first.wait_for()
        page.wait_for_timeout(300)
        page.screenshot(path=PICTURES / "console.png")
        browser.close()
        bot.stop()


if __name__ == "__main__":
    main()
