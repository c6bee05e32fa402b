# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a client's virtual environment: models of the SDK as JSON."""

from __future__ import annotations

import enum
import typing as t
from datetime import datetime


def as_json(value: t.Any) -> t.Any:
    """Every declared field that is set. (The models' own to_dict leaves out what is for answers only.)"""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if hasattr(value, "actual_instance"):
        return as_json(value.actual_instance)
    fields = getattr(type(value), "model_fields", None)
    if fields is None:
        return value
    found = {field.alias or name: as_json(getattr(value, name)) for name, field in fields.items()}
    return {name: item for name, item in found.items() if item is not None and name != "additional_properties"}
