"""/metrics for Prometheus, /live and /ready for whatever supervises the worker."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest


def web_app(registry: CollectorRegistry, troubles: Callable[[], list[str]]) -> web.Application:
    """The three pages.  troubles: why the worker is not ready; empty if it is."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), content_type="text/plain")

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="live\n")

    async def ready(_: web.Request) -> web.Response:
        found = troubles()
        text = "".join(f"{line}\n" for line in found) or "ready\n"
        return web.Response(text=text, status=503 if found else 200)

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics), web.get("/live", live), web.get("/ready", ready)])
    return app


async def serve(app: web.Application, *, host: str, port: int) -> web.AppRunner:
    """Start the pages; `await runner.cleanup()` stops them.  Raises OSError for a taken port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
