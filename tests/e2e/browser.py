"""Windows of a real browser on the city's one address. Each is a person of its own, with cookies of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from playwright.async_api import Browser, BrowserContext, Page, Response, ViewportSize

from tests.city.processes import City
from veche_shared.security.sessions import COOKIE, Role
from veche_shared.web.localisation import LANGUAGE_COOKIE, Language

CHROMIUM_FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Windows:
    """Opens windows on ``city``. A closing window fails the test for whatever its person could not have seen: a
    script's error, a break of the content policy, a part of a page that did not load, an address of somebody else."""

    browser: Browser
    city: City

    @asynccontextmanager
    async def open(
        self,
        path: str = "/",
        *,
        width: int = 1440,
        theme: Theme = "light",
        language: Language = "ru",
        javascript: bool = True,
        roles: Sequence[Role] = (),
        departments: Sequence[str] = (),
    ) -> AsyncIterator[Page]:
        """A window at ``path``; with ``roles``, of somebody who has signed in."""
        context = await self.browser.new_context(
            base_url=self.city.gateway,
            viewport=ViewportSize(width=width, height=900),
            color_scheme=theme,
            reduced_motion="reduce",  # what is half-way through a change has no colour to be judged by
            java_script_enabled=javascript,
            locale="ru-RU",
            timezone_id="Europe/Moscow",
        )
        context.set_default_timeout(20_000)
        complaints = self._watch(context)
        await context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": self.city.gateway}])
        if roles:
            token = self.city.session(*roles, departments=departments)["Cookie"].removeprefix(f"{COOKIE}=")
            await context.add_cookies([{"name": COOKIE, "value": token, "url": self.city.gateway}])
        page = await context.new_page()
        await page.goto(path)
        try:
            yield page
        finally:
            await context.close()
        assert complaints == []

    def _watch(self, context: BrowserContext) -> list[str]:
        complaints: list[str] = []

        def answered(response: Response) -> None:
            # a whole page may well say 404 or 422: that is the page's affair
            if response.status >= 400 and not response.request.is_navigation_request():
                complaints.append(f"{response.status} {response.url}")

        def asked(address: str) -> None:
            if not address.startswith((f"{self.city.gateway}/", "data:")):
                complaints.append(f"foreign: {address}")

        def spoke(kind: str, text: str) -> None:
            if kind == "error" and not text.startswith("Failed to load resource"):
                complaints.append(text)

        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: spoke(message.type, message.text))
        context.on("request", lambda request: asked(request.url))
        context.on("response", answered)
        return complaints
