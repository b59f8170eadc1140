"""The dashboard: Evidence builds it from the published file; here it becomes a closed site."""

from peil.dashboard.build import build_dashboard
from peil.dashboard.serve import serve

__all__ = ["build_dashboard", "serve"]
