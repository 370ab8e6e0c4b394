"""The one-time channel: a page on which a shopper passes on something secret to one person of the shop, who can read it
once. It is encrypted in the shopper's browser for a key that never leaves that person's browser; here is ciphertext
alone. What the page shows and takes lives here; what asks for it and reads it lives in the console
(`bot.console.one_time`)."""
