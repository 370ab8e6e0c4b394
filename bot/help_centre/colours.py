"""The shop's colour, made readable in light and dark (WCAG 1.4.3): what `bot/widget/colours.js` does in the browser,
done once for a style sheet."""

from __future__ import annotations

Colour = tuple[int, int, int]

_WHITE: Colour = (255, 255, 255)
#: What pages have behind their words in the light and in the dark, see `static/help.css`.
_GROUNDS: tuple[Colour, Colour] = (_WHITE, (22, 24, 29))
_ENOUGH = 4.6


def _rgb(colour: str) -> Colour:
    """Of `#rgb` or `#rrggbb`."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _light(colour: Colour) -> float:
    """Relative luminance (0..1), as WCAG has it."""
    parts = [v / 255 for v in colour]
    red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21, as WCAG has it."""
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Colour, ground: Colour) -> Colour:
    """`colour`, drawn towards black or white until it can be read on `ground`."""
    towards = 0 if _light(ground) > 0.4 else 255
    for step in range(21):
        red, green, blue = (round(v + (towards - v) * step / 20) for v in colour)
        if contrast((red, green, blue), ground) >= _ENOUGH:
            return red, green, blue
    return towards, towards, towards


def style(colour: str) -> str:
    """The rules that set the accent, and what is written on it, in light and dark. `colour`: `#rgb` or `#rrggbb`."""
    light, dark = (_rule(readable(_rgb(colour), ground)) for ground in _GROUNDS)
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"


def _rule(own: Colour) -> str:
    on = "#fff" if contrast(own, _WHITE) >= 4.5 else "#000"
    red, green, blue = own
    return f":root {{ --accent: #{red:02x}{green:02x}{blue:02x}; --on-accent: {on}; }}"
