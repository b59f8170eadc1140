"""The site of a release: static pages, built in seconds from the published file."""

from peil.site.build import build_site
from peil.site.serve import first_page, serve, server

__all__ = ["build_site", "first_page", "serve", "server"]
