import pytest

import build_library

# Before anything imports the package, which needs it.
build_library.build()

pytest_plugins = ["connector_groups.pytest_plugin", "pytester"]

TENANT = "7e000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="session")
def connector_groups_seed():
    from connector_groups import Directory

    directory = Directory(hash_seed=7)
    group = {"id": "9d000000-0000-4000-8000-000000000000"}
    create = {"command": "createTenant", "id": TENANT, "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z"}
    connector = {"id": "c0000000-0000-4000-8000-000000000001", "machineName": "ams-01"}
    register = {"tenant": TENANT, "command": "registerConnector", "externalIp": "203.0.113.7", "version": "1.5.4287.0"}
    answers = directory.apply(create | {"defaultConnectorGroup": group}, register | connector)
    assert all("accepted" in answer for answer in answers), answers
    return directory
