"""The part that answers: the shop's articles, searched, quoted with their source, or an honest "no answer" (R15)."""
