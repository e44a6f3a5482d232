"""The setting of plans and check-ins, made for each test."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.diagnostics.evaluation.setting import Setting, make_setting


@pytest.fixture
def setting(bay: Cast) -> Setting:
    return make_setting(bay)
