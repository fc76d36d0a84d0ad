// Made from crates/bindings/types.json by crates/bindings/js/scripts/types.mjs; do not edit.

/** A GUID. */
export type Id = string;

/** An RFC 3339 time. */
export type Timestamp = string;

/** An object whose fields the engine checks, and the type does not. */
export type OpenObject = { [name: string]: unknown };

/** Which things a bulk command means. */
export type Selection = { ids: Id[] } | { in: Id } | { all: true } | { inRegion: string } | { named: string };

export type ConnectorStatus = "active" | "inactive";

export interface DefaultConnectorGroup {
  id: Id;
  name?: string | null;
}

export interface Rules {
  uniqueNames: boolean;
  regionalConnectorMoves: boolean;
}

export interface Assignment {
  application: Id;
  connectorGroup: Id;
}

export interface Move {
  id: Id;
  from: Id;
}

export interface Report {
  status?: ConnectorStatus | null;
  inactiveSince?: Timestamp | null;
  externalIp?: string | null;
  version?: string | null;
}

export interface ConnectorGroup {
  id: Id;
  name: string;
  connectorGroupType: string;
  isDefault: boolean;
  region: string;
}

export interface Connector {
  id: Id;
  machineName: string;
  externalIp: string;
  status: ConnectorStatus;
  inactiveSince?: Timestamp | null;
  version: string;
  memberOf: Id;
}

export interface ServicePrincipal {
  id: Id;
  properties?: OpenObject | null;
}

export interface ApplicationSegment {
  id: Id;
  destinationHost: string;
  destinationType: string;
  protocol: string;
  ports: string[];
  properties?: OpenObject | null;
}

export interface Application {
  id: Id;
  appId: Id;
  displayName: string;
  properties?: OpenObject | null;
  servicePrincipal?: ServicePrincipal | null;
  applicationSegments?: ApplicationSegment[] | null;
  onPremisesPublishing?: OpenObject | null;
  connectorGroup?: Id | null;
}

export interface Tenant {
  id: Id;
  defaultRegion: string;
  now: Timestamp;
  rules: Rules;
  onPremisesPublishingProfile?: OpenObject | null;
  connectorGroups: ConnectorGroup[];
  connectors: Connector[];
  applications: Application[];
}

export interface DirectoryDocument {
  tenants: Tenant[];
}

export interface CreateTenant {
  command: "createTenant";
  id: Id;
  defaultRegion: string;
  now: Timestamp;
  defaultConnectorGroup: DefaultConnectorGroup;
  rules?: Rules | null;
}

export interface DeleteTenant {
  command: "deleteTenant";
  id: Id;
}

export interface CreateConnectorGroup {
  command: "createConnectorGroup";
  tenant: Id;
  id: Id;
  name: string;
  region?: string | null;
}

export interface UpdateConnectorGroup {
  command: "updateConnectorGroup";
  tenant: Id;
  id: Id;
  name?: string | null;
  region?: string | null;
}

export interface DeleteConnectorGroup {
  command: "deleteConnectorGroup";
  tenant: Id;
  id: Id;
}

export interface AddConnector {
  command: "addConnector";
  tenant: Id;
  connector: Id;
  connectorGroup: Id;
}

export interface RemoveConnector {
  command: "removeConnector";
  tenant: Id;
  connector: Id;
}

export interface CreateApplication {
  command: "createApplication";
  tenant: Id;
  id: Id;
  appId: Id;
  displayName: string;
  properties?: OpenObject | null;
}

export interface UpdateApplication {
  command: "updateApplication";
  tenant: Id;
  id: Id;
  displayName?: string | null;
  properties?: OpenObject | null;
}

export interface DeleteApplication {
  command: "deleteApplication";
  tenant: Id;
  id: Id;
}

export interface PublishApplication {
  command: "publishApplication";
  tenant: Id;
  application: Id;
  onPremisesPublishing: OpenObject;
}

export interface UnpublishApplication {
  command: "unpublishApplication";
  tenant: Id;
  application: Id;
}

export interface AddApplication {
  command: "addApplication";
  tenant: Id;
  application: Id;
  connectorGroup: Id;
}

export interface RemoveApplication {
  command: "removeApplication";
  tenant: Id;
  application: Id;
}

export interface ReassignApplications {
  command: "reassignApplications";
  tenant: Id;
  applications: Selection;
  connectorGroup: Id;
}

export interface MoveConnectors {
  command: "moveConnectors";
  tenant: Id;
  connectors: Selection;
  connectorGroup: Id;
}

export interface AssignApplications {
  command: "assignApplications";
  tenant: Id;
  assignments: Assignment[];
}

export interface Transaction {
  command: "transaction";
  tenant: Id;
  commands: OpenObject[];
}

export interface RegisterConnector {
  command: "registerConnector";
  tenant: Id;
  id: Id;
  machineName: string;
  externalIp: string;
  version: string;
}

export interface ReportConnector {
  command: "reportConnector";
  tenant: Id;
  id: Id;
  status?: ConnectorStatus | null;
  externalIp?: string | null;
  version?: string | null;
}

export interface AdvanceClock {
  command: "advanceClock";
  tenant: Id;
  now: Timestamp;
}

export interface CreateServicePrincipal {
  command: "createServicePrincipal";
  tenant: Id;
  id: Id;
  application: Id;
  properties?: OpenObject | null;
}

export interface UpdateServicePrincipal {
  command: "updateServicePrincipal";
  tenant: Id;
  id: Id;
  properties: OpenObject;
}

export interface DeleteServicePrincipal {
  command: "deleteServicePrincipal";
  tenant: Id;
  id: Id;
}

export interface AddApplicationSegment {
  command: "addApplicationSegment";
  tenant: Id;
  id: Id;
  application: Id;
  destinationHost: string;
  destinationType: string;
  protocol?: string | null;
  ports?: string[] | null;
  properties?: OpenObject | null;
}

export interface UpdateApplicationSegment {
  command: "updateApplicationSegment";
  tenant: Id;
  id: Id;
  destinationHost?: string | null;
  destinationType?: string | null;
  protocol?: string | null;
  ports?: string[] | null;
  properties?: OpenObject | null;
}

export interface RemoveApplicationSegment {
  command: "removeApplicationSegment";
  tenant: Id;
  id: Id;
}

export interface UpdateProfile {
  command: "updateProfile";
  tenant: Id;
  properties: OpenObject;
}

export interface ProvisionConnectorGroup {
  command: "provisionConnectorGroup";
  tenant: Id;
  id: Id;
  name: string;
  connectorGroupType: string;
  region?: string | null;
}

export type Command =
  | CreateTenant
  | DeleteTenant
  | CreateConnectorGroup
  | UpdateConnectorGroup
  | DeleteConnectorGroup
  | AddConnector
  | RemoveConnector
  | CreateApplication
  | UpdateApplication
  | DeleteApplication
  | PublishApplication
  | UnpublishApplication
  | AddApplication
  | RemoveApplication
  | ReassignApplications
  | MoveConnectors
  | AssignApplications
  | Transaction
  | RegisterConnector
  | ReportConnector
  | AdvanceClock
  | CreateServicePrincipal
  | UpdateServicePrincipal
  | DeleteServicePrincipal
  | AddApplicationSegment
  | UpdateApplicationSegment
  | RemoveApplicationSegment
  | UpdateProfile
  | ProvisionConnectorGroup;

export interface TenantCreated {
  event: "tenantCreated";
  id: Id;
  defaultRegion: string;
  now: Timestamp;
  rules: Rules;
  defaultConnectorGroup: ConnectorGroup;
}

export interface TenantDeleted {
  event: "tenantDeleted";
  place: number;
  id: Id;
  defaultRegion: string;
  now: Timestamp;
  rules: Rules;
  onPremisesPublishingProfile?: OpenObject | null;
  connectorGroups: ConnectorGroup[];
  connectors: Connector[];
  applications: Application[];
}

export interface ConnectorGroupCreated {
  event: "connectorGroupCreated";
  id: Id;
  name: string;
  connectorGroupType: string;
  isDefault: boolean;
  region: string;
}

export interface ConnectorGroupRenamed {
  event: "connectorGroupRenamed";
  id: Id;
  from: string;
  to: string;
}

export interface ConnectorGroupRegionChanged {
  event: "connectorGroupRegionChanged";
  id: Id;
  from: string;
  to: string;
}

export interface ConnectorGroupDeleted {
  event: "connectorGroupDeleted";
  place: number;
  id: Id;
  name: string;
  connectorGroupType: string;
  isDefault: boolean;
  region: string;
}

export interface ConnectorRegistered {
  event: "connectorRegistered";
  id: Id;
  machineName: string;
  externalIp: string;
  status: ConnectorStatus;
  inactiveSince?: Timestamp | null;
  version: string;
  memberOf: Id;
}

export interface ConnectorReported {
  event: "connectorReported";
  id: Id;
  from: Report;
  to: Report;
}

export interface ConnectorsMoved {
  event: "connectorsMoved";
  connectorGroup: Id;
  connectors: Move[];
}

export interface ConnectorsExpired {
  event: "connectorsExpired";
  connectors: OpenObject[];
}

export interface ClockAdvanced {
  event: "clockAdvanced";
  from: Timestamp;
  to: Timestamp;
}

export interface ApplicationCreated {
  event: "applicationCreated";
  id: Id;
  appId: Id;
  displayName: string;
  properties?: OpenObject | null;
}

export interface ApplicationRenamed {
  event: "applicationRenamed";
  id: Id;
  from: string;
  to: string;
}

export interface ApplicationDeleted {
  event: "applicationDeleted";
  place: number;
  id: Id;
  appId: Id;
  displayName: string;
  properties?: OpenObject | null;
  servicePrincipal?: ServicePrincipal | null;
  applicationSegments?: ApplicationSegment[] | null;
  onPremisesPublishing?: OpenObject | null;
  connectorGroup?: Id | null;
}

export interface ApplicationPublished {
  event: "applicationPublished";
  id: Id;
  connectorGroup: Id;
  onPremisesPublishing: OpenObject;
}

export interface PublishingUpdated {
  event: "publishingUpdated";
  id: Id;
  from: OpenObject;
  to: OpenObject;
}

export interface ApplicationUnpublished {
  event: "applicationUnpublished";
  id: Id;
  connectorGroup: Id;
  onPremisesPublishing: OpenObject;
  applicationSegments?: ApplicationSegment[] | null;
}

export interface ApplicationPropertiesUpdated {
  event: "applicationPropertiesUpdated";
  id: Id;
  from: OpenObject;
  to: OpenObject;
}

export interface ServicePrincipalCreated {
  event: "servicePrincipalCreated";
  application: Id;
  id: Id;
  properties?: OpenObject | null;
}

export interface ServicePrincipalUpdated {
  event: "servicePrincipalUpdated";
  id: Id;
  from: OpenObject;
  to: OpenObject;
}

export interface ServicePrincipalDeleted {
  event: "servicePrincipalDeleted";
  application: Id;
  id: Id;
  properties?: OpenObject | null;
}

export interface ApplicationSegmentAdded {
  event: "applicationSegmentAdded";
  application: Id;
  id: Id;
  destinationHost: string;
  destinationType: string;
  protocol: string;
  ports: string[];
  properties?: OpenObject | null;
}

export interface ApplicationSegmentUpdated {
  event: "applicationSegmentUpdated";
  id: Id;
  from: OpenObject;
  to: OpenObject;
}

export interface ApplicationSegmentRemoved {
  event: "applicationSegmentRemoved";
  place: number;
  application: Id;
  id: Id;
  destinationHost: string;
  destinationType: string;
  protocol: string;
  ports: string[];
  properties?: OpenObject | null;
}

export interface ProfileUpdated {
  event: "profileUpdated";
  from: OpenObject;
  to: OpenObject;
}

export interface ApplicationsReassigned {
  event: "applicationsReassigned";
  connectorGroup: Id;
  applications: Move[];
}

export type Event =
  | TenantCreated
  | TenantDeleted
  | ConnectorGroupCreated
  | ConnectorGroupRenamed
  | ConnectorGroupRegionChanged
  | ConnectorGroupDeleted
  | ConnectorRegistered
  | ConnectorReported
  | ConnectorsMoved
  | ConnectorsExpired
  | ClockAdvanced
  | ApplicationCreated
  | ApplicationRenamed
  | ApplicationDeleted
  | ApplicationPublished
  | PublishingUpdated
  | ApplicationUnpublished
  | ApplicationPropertiesUpdated
  | ServicePrincipalCreated
  | ServicePrincipalUpdated
  | ServicePrincipalDeleted
  | ApplicationSegmentAdded
  | ApplicationSegmentUpdated
  | ApplicationSegmentRemoved
  | ProfileUpdated
  | ApplicationsReassigned;
