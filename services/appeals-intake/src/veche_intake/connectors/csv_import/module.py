"""The module of the CSV import."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from veche_intake.connectors.csv_import.commands import FileImport
from veche_intake.connectors.csv_import.http import PREFIX, imports_router
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_shared.http.edge import MIB
from veche_shared.service.module import Module
from veche_shared.settings import Group


class CsvImportOptions(Group):
    """``VECHE_INTAKE__CONNECTORS__CSV_IMPORT__…``: how large one file may be."""

    max_bytes: int = Field(default=20 * MIB, ge=1)
    max_rows: int = Field(default=50_000, ge=1)


def csv_import_module(context: ConnectorContext) -> Module:
    """The route by which files are handed in, for whatever channel the key of the request speaks for."""
    options, service = context.options(CsvImportOptions), context.service
    imports = FileImport(context.appeals, service.clock, service.city.zone, options.max_rows)
    return Module(
        name="csv_import",
        routers=[imports_router(imports, context.keys, context.channels)],
        body_limits={PREFIX: options.max_bytes},
    )


CSV_IMPORT: Final = Connector(code="csv_import", channels=None, module=csv_import_module)
