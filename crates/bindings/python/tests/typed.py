"""Read by mypy and not run: what users write has types, and what is wrong has none."""

from connector_groups import Command, Directory, DirectoryDocument, EngineError, Event, audit
from connector_groups.graph import GraphTransport

create: Command = {"tenant": "t", "command": "createConnectorGroup", "id": "g", "name": "A", "region": None}
directory = Directory(hash_seed=7)
directory.apply(create, create)
directory.apply({"tenant": "t", "command": "moveConnectors", "connectors": {"inRegion": "eur"}, "connectorGroup": "g"})
register: Command = {"tenant": "t", "command": "registerConnector", "id": "c", "machineName": "m", "externalIp": "", "version": ""}
document: DirectoryDocument = directory.document()
violations: list[dict[str, str]] = audit(document)
machines: list[str] = [connector["machineName"] for tenant in document["tenants"] for connector in tenant["connectors"]]
transport = GraphTransport(directory, now=lambda: "2026-03-02T08:00:00Z", anonymous="t")
status: int = EngineError(1, "").status


def name(event: Event) -> str:
    if event["event"] == "connectorGroupRenamed":
        return event["to"]
    return event["event"]


# There is no such command.
directory.apply({"tenant": "t", "command": "destroyConnectorGroup", "id": "g"})  # type: ignore[misc, arg-type]
# A name is missing.
directory.apply({"tenant": "t", "command": "createConnectorGroup", "id": "g"})  # type: ignore[misc, arg-type]
