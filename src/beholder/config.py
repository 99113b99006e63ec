"""Settings: argument, then `BEHOLDER_*`, then `config.toml` in the data folder, then the default below."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # hosts that no other machine reaches


def _default_home() -> Path:
    """`BEHOLDER_HOME`, else the platform's own place for application data."""
    if home := os.environ.get("BEHOLDER_HOME"):
        return Path(os.path.expanduser(home))
    import platformdirs

    return Path(platformdirs.user_data_dir("beholder", appauthor=False))


class Settings(BaseSettings):
    """Everything that can be set. The data folder `home` holds the database, vectors, thumbnails and backups."""

    model_config = SettingsConfigDict(env_prefix="BEHOLDER_", env_ignore_empty=True, extra="forbid")

    home: Path = Field(default_factory=_default_home)
    encoder: str = "builtin"
    model: str = "mixture"
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    max_pixels: int = Field(default=100_000_000, ge=1, description="a picture with more is refused, not opened")
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    allowed_hosts: list[str] = Field(default_factory=lambda: ["127.0.0.1", "localhost", "[::1]"])

    @field_validator("home")
    @classmethod
    def _expanded(cls, home: Path) -> Path:
        return Path(os.path.expanduser(home))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_default_home() / "config.toml")
        return init_settings, env_settings, toml


@lru_cache
def _settings(home: str | None) -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
        raise ValueError(f"a setting of BEHOLDER_* or config.toml cannot be used: {faults}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise ValueError(f"{_default_home() / 'config.toml'} cannot be read: {error}") from error


def settings() -> Settings:
    """The settings of this process; read again when `BEHOLDER_HOME` changes. raises : ValueError with a sentence"""
    return _settings(os.environ.get("BEHOLDER_HOME"))
