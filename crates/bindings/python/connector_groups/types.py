"""Commands, events and documents as dictionaries. Made from crates/bindings/types.json by crates/bindings/js/scripts/types.mjs; do not edit."""

import sys
from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired

Id = str
Timestamp = str
OpenObject = Dict[str, Any]

SelectionIds = TypedDict("SelectionIds", {"ids": List[Id]})
SelectionIn = TypedDict("SelectionIn", {"in": Id})
SelectionAll = TypedDict("SelectionAll", {"all": Literal[True]})
SelectionInRegion = TypedDict("SelectionInRegion", {"inRegion": str})
SelectionNamed = TypedDict("SelectionNamed", {"named": str})
Selection = Union[SelectionIds, SelectionIn, SelectionAll, SelectionInRegion, SelectionNamed]

ConnectorStatus = Literal["active", "inactive"]

DefaultConnectorGroup = TypedDict(
    "DefaultConnectorGroup",
    {
        "id": Id,
        "name": NotRequired[Optional[str]],
    },
)

Rules = TypedDict(
    "Rules",
    {
        "uniqueNames": bool,
        "regionalConnectorMoves": bool,
    },
)

Assignment = TypedDict(
    "Assignment",
    {
        "application": Id,
        "connectorGroup": Id,
    },
)

Move = TypedDict(
    "Move",
    {
        "id": Id,
        "from": Id,
    },
)

Report = TypedDict(
    "Report",
    {
        "status": NotRequired[Optional[ConnectorStatus]],
        "inactiveSince": NotRequired[Optional[Timestamp]],
        "externalIp": NotRequired[Optional[str]],
        "version": NotRequired[Optional[str]],
    },
)

ConnectorGroup = TypedDict(
    "ConnectorGroup",
    {
        "id": Id,
        "name": str,
        "connectorGroupType": str,
        "isDefault": bool,
        "region": str,
    },
)

Connector = TypedDict(
    "Connector",
    {
        "id": Id,
        "machineName": str,
        "externalIp": str,
        "status": ConnectorStatus,
        "inactiveSince": NotRequired[Optional[Timestamp]],
        "version": str,
        "memberOf": Id,
    },
)

ServicePrincipal = TypedDict(
    "ServicePrincipal",
    {
        "id": Id,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ApplicationSegment = TypedDict(
    "ApplicationSegment",
    {
        "id": Id,
        "destinationHost": str,
        "destinationType": str,
        "protocol": str,
        "ports": list[str],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

Application = TypedDict(
    "Application",
    {
        "id": Id,
        "appId": Id,
        "displayName": str,
        "properties": NotRequired[Optional[OpenObject]],
        "servicePrincipal": NotRequired[Optional[ServicePrincipal]],
        "applicationSegments": NotRequired[Optional[list[ApplicationSegment]]],
        "onPremisesPublishing": NotRequired[Optional[OpenObject]],
        "connectorGroup": NotRequired[Optional[Id]],
    },
)

Tenant = TypedDict(
    "Tenant",
    {
        "id": Id,
        "defaultRegion": str,
        "now": Timestamp,
        "rules": Rules,
        "onPremisesPublishingProfile": NotRequired[Optional[OpenObject]],
        "connectorGroups": list[ConnectorGroup],
        "connectors": list[Connector],
        "applications": list[Application],
    },
)

DirectoryDocument = TypedDict(
    "DirectoryDocument",
    {
        "tenants": list[Tenant],
    },
)

CreateTenant = TypedDict(
    "CreateTenant",
    {
        "command": Literal["createTenant"],
        "id": Id,
        "defaultRegion": str,
        "now": Timestamp,
        "defaultConnectorGroup": DefaultConnectorGroup,
        "rules": NotRequired[Optional[Rules]],
    },
)

DeleteTenant = TypedDict(
    "DeleteTenant",
    {
        "command": Literal["deleteTenant"],
        "id": Id,
    },
)

CreateConnectorGroup = TypedDict(
    "CreateConnectorGroup",
    {
        "command": Literal["createConnectorGroup"],
        "tenant": Id,
        "id": Id,
        "name": str,
        "region": NotRequired[Optional[str]],
    },
)

UpdateConnectorGroup = TypedDict(
    "UpdateConnectorGroup",
    {
        "command": Literal["updateConnectorGroup"],
        "tenant": Id,
        "id": Id,
        "name": NotRequired[Optional[str]],
        "region": NotRequired[Optional[str]],
    },
)

DeleteConnectorGroup = TypedDict(
    "DeleteConnectorGroup",
    {
        "command": Literal["deleteConnectorGroup"],
        "tenant": Id,
        "id": Id,
    },
)

AddConnector = TypedDict(
    "AddConnector",
    {
        "command": Literal["addConnector"],
        "tenant": Id,
        "connector": Id,
        "connectorGroup": Id,
    },
)

RemoveConnector = TypedDict(
    "RemoveConnector",
    {
        "command": Literal["removeConnector"],
        "tenant": Id,
        "connector": Id,
    },
)

CreateApplication = TypedDict(
    "CreateApplication",
    {
        "command": Literal["createApplication"],
        "tenant": Id,
        "id": Id,
        "appId": Id,
        "displayName": str,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

UpdateApplication = TypedDict(
    "UpdateApplication",
    {
        "command": Literal["updateApplication"],
        "tenant": Id,
        "id": Id,
        "displayName": NotRequired[Optional[str]],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

DeleteApplication = TypedDict(
    "DeleteApplication",
    {
        "command": Literal["deleteApplication"],
        "tenant": Id,
        "id": Id,
    },
)

PublishApplication = TypedDict(
    "PublishApplication",
    {
        "command": Literal["publishApplication"],
        "tenant": Id,
        "application": Id,
        "onPremisesPublishing": OpenObject,
    },
)

UnpublishApplication = TypedDict(
    "UnpublishApplication",
    {
        "command": Literal["unpublishApplication"],
        "tenant": Id,
        "application": Id,
    },
)

AddApplication = TypedDict(
    "AddApplication",
    {
        "command": Literal["addApplication"],
        "tenant": Id,
        "application": Id,
        "connectorGroup": Id,
    },
)

RemoveApplication = TypedDict(
    "RemoveApplication",
    {
        "command": Literal["removeApplication"],
        "tenant": Id,
        "application": Id,
    },
)

ReassignApplications = TypedDict(
    "ReassignApplications",
    {
        "command": Literal["reassignApplications"],
        "tenant": Id,
        "applications": Selection,
        "connectorGroup": Id,
    },
)

MoveConnectors = TypedDict(
    "MoveConnectors",
    {
        "command": Literal["moveConnectors"],
        "tenant": Id,
        "connectors": Selection,
        "connectorGroup": Id,
    },
)

AssignApplications = TypedDict(
    "AssignApplications",
    {
        "command": Literal["assignApplications"],
        "tenant": Id,
        "assignments": list[Assignment],
    },
)

Transaction = TypedDict(
    "Transaction",
    {
        "command": Literal["transaction"],
        "tenant": Id,
        "commands": list[OpenObject],
    },
)

RegisterConnector = TypedDict(
    "RegisterConnector",
    {
        "command": Literal["registerConnector"],
        "tenant": Id,
        "id": Id,
        "machineName": str,
        "externalIp": str,
        "version": str,
    },
)

ReportConnector = TypedDict(
    "ReportConnector",
    {
        "command": Literal["reportConnector"],
        "tenant": Id,
        "id": Id,
        "status": NotRequired[Optional[ConnectorStatus]],
        "externalIp": NotRequired[Optional[str]],
        "version": NotRequired[Optional[str]],
    },
)

AdvanceClock = TypedDict(
    "AdvanceClock",
    {
        "command": Literal["advanceClock"],
        "tenant": Id,
        "now": Timestamp,
    },
)

CreateServicePrincipal = TypedDict(
    "CreateServicePrincipal",
    {
        "command": Literal["createServicePrincipal"],
        "tenant": Id,
        "id": Id,
        "application": Id,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

UpdateServicePrincipal = TypedDict(
    "UpdateServicePrincipal",
    {
        "command": Literal["updateServicePrincipal"],
        "tenant": Id,
        "id": Id,
        "properties": OpenObject,
    },
)

DeleteServicePrincipal = TypedDict(
    "DeleteServicePrincipal",
    {
        "command": Literal["deleteServicePrincipal"],
        "tenant": Id,
        "id": Id,
    },
)

AddApplicationSegment = TypedDict(
    "AddApplicationSegment",
    {
        "command": Literal["addApplicationSegment"],
        "tenant": Id,
        "id": Id,
        "application": Id,
        "destinationHost": str,
        "destinationType": str,
        "protocol": NotRequired[Optional[str]],
        "ports": NotRequired[Optional[list[str]]],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

UpdateApplicationSegment = TypedDict(
    "UpdateApplicationSegment",
    {
        "command": Literal["updateApplicationSegment"],
        "tenant": Id,
        "id": Id,
        "destinationHost": NotRequired[Optional[str]],
        "destinationType": NotRequired[Optional[str]],
        "protocol": NotRequired[Optional[str]],
        "ports": NotRequired[Optional[list[str]]],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

RemoveApplicationSegment = TypedDict(
    "RemoveApplicationSegment",
    {
        "command": Literal["removeApplicationSegment"],
        "tenant": Id,
        "id": Id,
    },
)

UpdateProfile = TypedDict(
    "UpdateProfile",
    {
        "command": Literal["updateProfile"],
        "tenant": Id,
        "properties": OpenObject,
    },
)

ProvisionConnectorGroup = TypedDict(
    "ProvisionConnectorGroup",
    {
        "command": Literal["provisionConnectorGroup"],
        "tenant": Id,
        "id": Id,
        "name": str,
        "connectorGroupType": str,
        "region": NotRequired[Optional[str]],
    },
)

Command = Union[
    CreateTenant,
    DeleteTenant,
    CreateConnectorGroup,
    UpdateConnectorGroup,
    DeleteConnectorGroup,
    AddConnector,
    RemoveConnector,
    CreateApplication,
    UpdateApplication,
    DeleteApplication,
    PublishApplication,
    UnpublishApplication,
    AddApplication,
    RemoveApplication,
    ReassignApplications,
    MoveConnectors,
    AssignApplications,
    Transaction,
    RegisterConnector,
    ReportConnector,
    AdvanceClock,
    CreateServicePrincipal,
    UpdateServicePrincipal,
    DeleteServicePrincipal,
    AddApplicationSegment,
    UpdateApplicationSegment,
    RemoveApplicationSegment,
    UpdateProfile,
    ProvisionConnectorGroup,
]

TenantCreated = TypedDict(
    "TenantCreated",
    {
        "event": Literal["tenantCreated"],
        "id": Id,
        "defaultRegion": str,
        "now": Timestamp,
        "rules": Rules,
        "defaultConnectorGroup": ConnectorGroup,
    },
)

TenantDeleted = TypedDict(
    "TenantDeleted",
    {
        "event": Literal["tenantDeleted"],
        "place": int,
        "id": Id,
        "defaultRegion": str,
        "now": Timestamp,
        "rules": Rules,
        "onPremisesPublishingProfile": NotRequired[Optional[OpenObject]],
        "connectorGroups": list[ConnectorGroup],
        "connectors": list[Connector],
        "applications": list[Application],
    },
)

ConnectorGroupCreated = TypedDict(
    "ConnectorGroupCreated",
    {
        "event": Literal["connectorGroupCreated"],
        "id": Id,
        "name": str,
        "connectorGroupType": str,
        "isDefault": bool,
        "region": str,
    },
)

ConnectorGroupRenamed = TypedDict(
    "ConnectorGroupRenamed",
    {
        "event": Literal["connectorGroupRenamed"],
        "id": Id,
        "from": str,
        "to": str,
    },
)

ConnectorGroupRegionChanged = TypedDict(
    "ConnectorGroupRegionChanged",
    {
        "event": Literal["connectorGroupRegionChanged"],
        "id": Id,
        "from": str,
        "to": str,
    },
)

ConnectorGroupDeleted = TypedDict(
    "ConnectorGroupDeleted",
    {
        "event": Literal["connectorGroupDeleted"],
        "place": int,
        "id": Id,
        "name": str,
        "connectorGroupType": str,
        "isDefault": bool,
        "region": str,
    },
)

ConnectorRegistered = TypedDict(
    "ConnectorRegistered",
    {
        "event": Literal["connectorRegistered"],
        "id": Id,
        "machineName": str,
        "externalIp": str,
        "status": ConnectorStatus,
        "inactiveSince": NotRequired[Optional[Timestamp]],
        "version": str,
        "memberOf": Id,
    },
)

ConnectorReported = TypedDict(
    "ConnectorReported",
    {
        "event": Literal["connectorReported"],
        "id": Id,
        "from": Report,
        "to": Report,
    },
)

ConnectorsMoved = TypedDict(
    "ConnectorsMoved",
    {
        "event": Literal["connectorsMoved"],
        "connectorGroup": Id,
        "connectors": list[Move],
    },
)

ConnectorsExpired = TypedDict(
    "ConnectorsExpired",
    {
        "event": Literal["connectorsExpired"],
        "connectors": list[OpenObject],
    },
)

ClockAdvanced = TypedDict(
    "ClockAdvanced",
    {
        "event": Literal["clockAdvanced"],
        "from": Timestamp,
        "to": Timestamp,
    },
)

ApplicationCreated = TypedDict(
    "ApplicationCreated",
    {
        "event": Literal["applicationCreated"],
        "id": Id,
        "appId": Id,
        "displayName": str,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ApplicationRenamed = TypedDict(
    "ApplicationRenamed",
    {
        "event": Literal["applicationRenamed"],
        "id": Id,
        "from": str,
        "to": str,
    },
)

ApplicationDeleted = TypedDict(
    "ApplicationDeleted",
    {
        "event": Literal["applicationDeleted"],
        "place": int,
        "id": Id,
        "appId": Id,
        "displayName": str,
        "properties": NotRequired[Optional[OpenObject]],
        "servicePrincipal": NotRequired[Optional[ServicePrincipal]],
        "applicationSegments": NotRequired[Optional[list[ApplicationSegment]]],
        "onPremisesPublishing": NotRequired[Optional[OpenObject]],
        "connectorGroup": NotRequired[Optional[Id]],
    },
)

ApplicationPublished = TypedDict(
    "ApplicationPublished",
    {
        "event": Literal["applicationPublished"],
        "id": Id,
        "connectorGroup": Id,
        "onPremisesPublishing": OpenObject,
    },
)

PublishingUpdated = TypedDict(
    "PublishingUpdated",
    {
        "event": Literal["publishingUpdated"],
        "id": Id,
        "from": OpenObject,
        "to": OpenObject,
    },
)

ApplicationUnpublished = TypedDict(
    "ApplicationUnpublished",
    {
        "event": Literal["applicationUnpublished"],
        "id": Id,
        "connectorGroup": Id,
        "onPremisesPublishing": OpenObject,
        "applicationSegments": NotRequired[Optional[list[ApplicationSegment]]],
    },
)

ApplicationPropertiesUpdated = TypedDict(
    "ApplicationPropertiesUpdated",
    {
        "event": Literal["applicationPropertiesUpdated"],
        "id": Id,
        "from": OpenObject,
        "to": OpenObject,
    },
)

ServicePrincipalCreated = TypedDict(
    "ServicePrincipalCreated",
    {
        "event": Literal["servicePrincipalCreated"],
        "application": Id,
        "id": Id,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ServicePrincipalUpdated = TypedDict(
    "ServicePrincipalUpdated",
    {
        "event": Literal["servicePrincipalUpdated"],
        "id": Id,
        "from": OpenObject,
        "to": OpenObject,
    },
)

ServicePrincipalDeleted = TypedDict(
    "ServicePrincipalDeleted",
    {
        "event": Literal["servicePrincipalDeleted"],
        "application": Id,
        "id": Id,
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ApplicationSegmentAdded = TypedDict(
    "ApplicationSegmentAdded",
    {
        "event": Literal["applicationSegmentAdded"],
        "application": Id,
        "id": Id,
        "destinationHost": str,
        "destinationType": str,
        "protocol": str,
        "ports": list[str],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ApplicationSegmentUpdated = TypedDict(
    "ApplicationSegmentUpdated",
    {
        "event": Literal["applicationSegmentUpdated"],
        "id": Id,
        "from": OpenObject,
        "to": OpenObject,
    },
)

ApplicationSegmentRemoved = TypedDict(
    "ApplicationSegmentRemoved",
    {
        "event": Literal["applicationSegmentRemoved"],
        "place": int,
        "application": Id,
        "id": Id,
        "destinationHost": str,
        "destinationType": str,
        "protocol": str,
        "ports": list[str],
        "properties": NotRequired[Optional[OpenObject]],
    },
)

ProfileUpdated = TypedDict(
    "ProfileUpdated",
    {
        "event": Literal["profileUpdated"],
        "from": OpenObject,
        "to": OpenObject,
    },
)

ApplicationsReassigned = TypedDict(
    "ApplicationsReassigned",
    {
        "event": Literal["applicationsReassigned"],
        "connectorGroup": Id,
        "applications": list[Move],
    },
)

Event = Union[
    TenantCreated,
    TenantDeleted,
    ConnectorGroupCreated,
    ConnectorGroupRenamed,
    ConnectorGroupRegionChanged,
    ConnectorGroupDeleted,
    ConnectorRegistered,
    ConnectorReported,
    ConnectorsMoved,
    ConnectorsExpired,
    ClockAdvanced,
    ApplicationCreated,
    ApplicationRenamed,
    ApplicationDeleted,
    ApplicationPublished,
    PublishingUpdated,
    ApplicationUnpublished,
    ApplicationPropertiesUpdated,
    ServicePrincipalCreated,
    ServicePrincipalUpdated,
    ServicePrincipalDeleted,
    ApplicationSegmentAdded,
    ApplicationSegmentUpdated,
    ApplicationSegmentRemoved,
    ProfileUpdated,
    ApplicationsReassigned,
]
