"""Which channels there are: configuration data, since a city opens and closes them without a programmer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from veche_intake.channels.model import Channel

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ru: str
    en: str
    regime: _Code


_FILE: Final[TypeAdapter[dict[_Code, _Described]]] = TypeAdapter(dict[_Code, _Described])


def read_channels(file: Path | None) -> Mapping[str, Channel]:
    """The channels by their codes: of ``file``, or those that come with the service.

    Raises OSError and pydantic.ValidationError for a file that cannot be used.
    """
    own = resources.files("veche_intake.channels") / "channels.json"
    described = _FILE.validate_json(own.read_bytes() if file is None else file.read_bytes())
    return {code: Channel(code, one.ru, one.en, one.regime) for code, one in described.items()}
