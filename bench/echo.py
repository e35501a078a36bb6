"""A bare FastAPI that validates an appeal by intake's own model and answers: what HTTP and the model alone cost.

``uvicorn bench.echo:app`` with the same loop and parser as the services.
"""

from __future__ import annotations

from fastapi import FastAPI

from veche_intake.appeals.model import NewAppeal

app = FastAPI(openapi_url=None)


@app.post("/appeals", status_code=201)
async def echo(appeal: NewAppeal) -> dict[str, str]:
    return {"number": "Д-2026-000001", "text": appeal.text[:10]}
