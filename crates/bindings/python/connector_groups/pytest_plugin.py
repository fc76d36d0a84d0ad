"""Fixtures for pytest. Installed with the package; there is nothing to import.

`connector_groups` is a directory for one test: as `connector_groups_seed` made it once for the whole run, whatever the tests
before have done to it. Override `connector_groups_seed`, of scope `session`, for tenants of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ._engine import Directory


@pytest.fixture(scope="session")
def connector_groups_seed() -> Directory:
    """The directory that every test begins with: one without tenants."""
    return Directory()


@pytest.fixture
def connector_groups(connector_groups_seed: Directory) -> Iterator[Directory]:
    """The directory: a snapshot is taken before the test and restored after it."""
    before = connector_groups_seed.snapshot()
    yield connector_groups_seed
    connector_groups_seed.restore(before)
    before.close()
