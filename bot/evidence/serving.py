"""How a kept file goes out: as what it is and nothing else, kept by nobody in between, under a policy in which nothing
runs. The same at every door."""

from __future__ import annotations

from urllib.parse import quote

#: For whatever opens such an answer as a page: no script, no form, no frame, nothing loaded, an origin of its own.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def headers_of(name: str, type: str, *, small: bool = False) -> dict[str, str]:
    """The headers of a file that is called `name`; `small`: of the small picture of it. Pictures, which were written
    anew here, may be looked at where they are; everything else is only for keeping."""
    shown = small or type.startswith("image/")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    told = f"{'inline' if shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "Content-Type": "image/jpeg" if small else f"{type}; charset=utf-8" if type == "text/plain" else type,
        "Content-Disposition": told,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",  # who may read it was decided before
        "Cache-Control": "private, max-age=3600",
        "Referrer-Policy": "no-referrer",
    }
