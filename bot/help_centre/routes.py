"""Every page of the help centre, and the application that serves them below its prefix."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from bot.bootstrap import Bot
from bot.help_centre import for_machines, pages
from bot.help_centre.site import Site


def application(bot: Bot) -> Starlette:
    """The help centre, to be mounted where `ASKONCE_HELP_PREFIX` says."""
    site = Site(bot)
    machines = (
        *((f"/{name}", for_machines.static) for name in site.statics),
        ("/sitemap.xml", for_machines.sitemap),
        ("/feed.xml", for_machines.feed),
        ("/{language:str}/feed.xml", for_machines.feed),
        ("/{language:str}/search.json", for_machines.search),
        ("/robots.txt", for_machines.robots),
    )
    routes = [Route(path, site.way(handler, machine=True), methods=["GET"]) for path, handler in machines]
    people = (
        ("GET", "/", pages.front),
        ("GET", "/{language:str}", pages.tidy),
        ("GET", "/{language:str}/", pages.start),
        ("GET", "/{language:str}/{id:str}", pages.article),
        ("GET", "/{language:str}/{id:str}/", pages.tidy),
        ("POST", "/{language:str}/{id:str}/helpful", pages.opinion),
        ("GET", "/{language:str}/{id:str}/thanks", pages.thanks),
    )
    routes += [Route(path, site.way(handler), methods=[method]) for method, path, handler in people]
    found = Starlette(routes=routes, exception_handlers={404: site.lost, 405: site.lost})
    found.router.redirect_slashes = False  # it knows of no path before the host's own; `tidy` does
    return found
