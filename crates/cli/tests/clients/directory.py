"""The official Python SDK (beta) at its defaults, with azure-identity, in what belongs to applications: service principals,
owners, roles, templates, segments; and in the profile and its connectors.

    ASKED=FILE connector-groups emulate --control --seed examples/contoso.jsonl -- python directory.py

Ends with exit status 0 where every answer is the expected one.
"""

import asyncio
import os
import uuid

from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.default_query_parameters import QueryParameters
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph_beta import GraphServiceClient
from msgraph_beta.generated.application_templates.item.instantiate.instantiate_post_request_body import InstantiatePostRequestBody
from msgraph_beta.generated.models.action_type import ActionType
from msgraph_beta.generated.models.app_role_assignment import AppRoleAssignment
from msgraph_beta.generated.models.application import Application
from msgraph_beta.generated.models.connector_group import ConnectorGroup
from msgraph_beta.generated.models.ip_application_segment import IpApplicationSegment
from msgraph_beta.generated.models.ip_application_segment_collection_response import IpApplicationSegmentCollectionResponse
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_beta.generated.models.on_premises_publishing import OnPremisesPublishing
from msgraph_beta.generated.models.on_premises_publishing_profile import OnPremisesPublishingProfile
from msgraph_beta.generated.models.private_network_destination_type import PrivateNetworkDestinationType
from msgraph_beta.generated.models.private_network_protocol import PrivateNetworkProtocol
from msgraph_beta.generated.models.reference_create import ReferenceCreate
from msgraph_beta.generated.models.service_principal import ServicePrincipal
from msgraph_beta.generated.models.web_application import WebApplication

import asked
from refused import refused

TENANT = "7e000000-0000-4000-8000-000000000001"
GRAPH = "https://graph.microsoft.com/beta"
PROXY = f"{GRAPH}/onPremisesPublishingProfiles/applicationProxy"
CUSTOM = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
NOBODY = "5a000000-0000-4000-8000-000000000001"
USER = "5a000000-0000-4000-8000-00000000000a"

graph = GraphServiceClient(ClientSecretCredential(TENANT, "11111111-0000-4000-8000-000000000001", "any secret"))
profile = graph.on_premises_publishing_profiles.by_on_premises_publishing_profile_id("applicationProxy")


def query(builder, **options):
    """The options of a request, under the names that the SDK has for them."""
    parameters = next(getattr(builder, name) for name in dir(builder) if name.endswith("GetQueryParameters"))
    return RequestConfiguration(query_parameters=parameters(**options))


def advanced(configuration=None):
    """The same, with the header that the directory asks for before it counts, negates or orders."""
    configuration = configuration or RequestConfiguration()
    configuration.headers = HeadersCollection()
    configuration.headers.add("ConsistencyLevel", "eventual")
    return configuration


async def instantiated(name):
    """An application and its service principal, as the tutorial makes them."""
    template = graph.application_templates.by_application_template_id(CUSTOM)
    return await template.instantiate.post(InstantiatePostRequestBody(display_name=name))


async def found(name):
    [application] = (await graph.applications.get(query(graph.applications, filter=f"displayName eq '{name}'"))).value
    return application


async def service_principals():
    principals = graph.service_principals
    application = await graph.applications.post(Application(display_name="Payroll", tags=["Payroll"]))
    before = await principals.count.get(advanced())
    created = await principals.post(ServicePrincipal(app_id=application.app_id, tags=["HideApp"], notes="by Python"))
    assert (created.app_id, created.display_name, created.notes) == (application.app_id, "Payroll", "by Python"), created
    assert await principals.count.get(advanced()) == before + 1
    one = principals.by_service_principal_id(created.id)
    read = await one.get(query(one, select=["id", "accountEnabled", "servicePrincipalType"]))
    assert (read.id, read.account_enabled, read.service_principal_type) == (created.id, True, "Application"), read
    read = await one.get()
    # What its application has, it shows too.
    assert sorted(read.tags) == ["HideApp", "Payroll"], read.tags
    assert (await graph.service_principals_with_app_id(application.app_id).get()).id == created.id
    await one.patch(ServicePrincipal(app_role_assignment_required=True, account_enabled=False))
    read = await one.get(query(one, select=["appRoleAssignmentRequired", "accountEnabled", "appId"]))
    assert (read.app_role_assignment_required, read.account_enabled, read.id) == (True, False, None), read
    # As scripts look for what application proxy has made.
    tagged = await principals.get(advanced(query(principals, filter="tags/any(t:t eq 'hideapp')", count=True, top=5)))
    assert ([found.id for found in tagged.value], tagged.odata_count) == ([created.id], 1), tagged
    by_app = await principals.get(query(principals, filter=f"appId eq '{application.app_id}'", select=["id", "displayName"]))
    assert [found.display_name for found in by_app.value] == ["Payroll"]
    # As Microsoft's page on managing applications looks for those without an owner.
    ownerless = "owners/$count eq 0 and createdDateTime ge 2000-01-01"
    alone = await principals.get(advanced(query(principals, filter=ownerless, search='"displayName:pay"', count=True)))
    assert ([found.id for found in alone.value], alone.odata_count) == ([created.id], 1), alone
    none = await principals.get(query(principals, filter="tags/any(t:t eq 'nobody')"))
    assert none.value == [], none
    await refused(409, "Request_MultipleObjectsWithSameKeyValue", principals.post(ServicePrincipal(app_id=application.app_id)))
    await refused(400, "Request_BadRequest", principals.post(ServicePrincipal(app_id=NOBODY)))
    await refused(400, "BadRequest", principals.post(ServicePrincipal()))
    await refused(400, "BadRequest", principals.get(query(principals, filter="nothing eq 'x'")))
    await refused(400, "Request_BadRequest", one.patch(ServicePrincipal(app_id=NOBODY)))
    await refused(404, "Request_ResourceNotFound", principals.by_service_principal_id(NOBODY).patch(ServicePrincipal(notes="x")))
    await one.delete()
    await refused(404, "Request_ResourceNotFound", one.get())
    await refused(404, "Request_ResourceNotFound", one.delete())
    # It goes with its application.
    again = await principals.post(ServicePrincipal(app_id=application.app_id))
    await graph.applications.by_application_id(application.id).delete()
    await refused(404, "Request_ResourceNotFound", principals.by_service_principal_id(again.id).get())


async def owners():
    made = await instantiated("Owned")
    application = await found("Owned")
    principal = await graph.service_principals_with_app_id(application.app_id).get()
    assert made.service_principal.app_id == application.app_id
    for thing in (
        graph.applications.by_application_id(application.id),
        graph.service_principals.by_service_principal_id(principal.id),
    ):
        second = str(uuid.uuid4())
        link = lambda id: ReferenceCreate(odata_id=f"{GRAPH}/directoryObjects/{id}")
        assert (await thing.owners.get()).value == []
        await thing.owners.ref.post(link(USER))
        await thing.owners.ref.post(link(second))
        assert [owner.id for owner in (await thing.owners.get()).value] == [USER, second]
        assert await thing.owners.count.get(advanced()) == 2
        # The SDK takes links for texts, where OData and Graph have objects, so that only their number is read.
        assert len((await thing.owners.ref.get()).value) == 2
        expanded = await thing.get(query(thing, expand=["owners"]))
        assert [owner.id for owner in expanded.owners] == [USER, second], expanded.owners
        await refused(400, "Request_BadRequest", thing.owners.ref.post(link(USER)))
        await refused(400, "Request_BadRequest", thing.owners.ref.post(ReferenceCreate(odata_id=f"{GRAPH}/groups/{USER}")))
        await refused(404, "Request_ResourceNotFound", thing.owners.by_directory_object_id(NOBODY).ref.delete())
        await thing.owners.by_directory_object_id(USER).ref.delete()
        parameters = thing.owners.ref.RefRequestBuilderDeleteQueryParameters(id=f"{GRAPH}/directoryObjects/{second}")
        await thing.owners.ref.delete(RequestConfiguration(query_parameters=parameters))
        assert (await thing.owners.get()).value == []
    await refused(404, "Request_ResourceNotFound", graph.applications.by_application_id(NOBODY).owners.get())
    await graph.applications.by_application_id(application.id).delete()


async def role_assignments():
    await instantiated("Resource")
    await instantiated("Client")
    applications = [await found(name) for name in ("Resource", "Client")]
    resource, client = [await graph.service_principals_with_app_id(found.app_id).get() for found in applications]
    [role] = [role for role in resource.app_roles if role.display_name == "User"]
    of_resource, of_client = [graph.service_principals.by_service_principal_id(found.id) for found in (resource, client)]
    ids = lambda assignments: [found.id for found in assignments.value]
    assignment = lambda principal, **more: AppRoleAssignment(
        app_role_id=role.id, principal_id=uuid.UUID(principal), resource_id=uuid.UUID(resource.id), **more
    )
    assigned = of_resource.app_role_assigned_to
    made = await assigned.post(assignment(USER, principal_type="User"))
    assert (str(made.principal_id), made.app_role_id, made.principal_type) == (USER, role.id, "User"), made
    assert made.creation_timestamp, "no time"
    read = await assigned.by_app_role_assignment_id(made.id).get()
    assert (read.id, str(read.resource_id)) == (made.id, resource.id), read
    filtered = await assigned.get(advanced(query(assigned, filter=f"principalId eq {USER}", count=True)))
    assert (ids(filtered), filtered.odata_count) == ([made.id], 1), filtered
    assert await assigned.count.get(advanced()) == 1
    await refused(400, "Request_BadRequest", assigned.post(assignment(USER)))
    await refused(400, "BadRequest", assigned.post(AppRoleAssignment(principal_id=uuid.UUID(USER))))
    await refused(404, "Request_ResourceNotFound", assigned.by_app_role_assignment_id(NOBODY).delete())
    # Of a service principal that is assigned: one assignment, seen from both sides.
    granted = await of_client.app_role_assignments.post(assignment(client.id, principal_type="ServicePrincipal"))
    assert ids(await of_client.app_role_assignments.get()) == [granted.id]
    assert await of_client.app_role_assignments.count.get(advanced()) == 1
    read = await of_client.app_role_assignments.by_app_role_assignment_id(granted.id).get()
    assert str(read.principal_id) == client.id, read
    assert ids(await assigned.get()) == [made.id, granted.id]
    await refused(400, "Request_BadRequest", assigned.post(assignment(client.id)))
    nobody = graph.service_principals.by_service_principal_id(NOBODY)
    await refused(404, "Request_ResourceNotFound", nobody.app_role_assignments.post(assignment(USER)))
    await of_client.app_role_assignments.by_app_role_assignment_id(granted.id).delete()
    assert ids(await assigned.get()) == [made.id]
    await refused(
        404, "Request_ResourceNotFound", of_client.app_role_assignments.by_app_role_assignment_id(granted.id).get()
    )
    # What is taken away from one side is gone from the other, and goes with either principal.
    granted = await assigned.post(assignment(client.id))
    assert ids(await of_client.app_role_assignments.get()) == [granted.id]
    await assigned.by_app_role_assignment_id(granted.id).delete()
    assert ids(await of_client.app_role_assignments.get()) == []
    await assigned.by_app_role_assignment_id(made.id).delete()
    granted = await assigned.post(assignment(client.id))
    await of_client.delete()
    assert ids(await assigned.get()) == []
    for application in applications:
        await graph.applications.by_application_id(application.id).delete()


async def templates():
    listed = await graph.application_templates.get(query(graph.application_templates, filter="displayName eq 'Custom'"))
    assert [template.id for template in listed.value] == [CUSTOM], listed
    assert await graph.application_templates.count.get() == 1
    template = graph.application_templates.by_application_template_id(CUSTOM)
    assert (await template.get()).display_name == "Custom"
    made = await instantiated("From the gallery")
    # What the SDK's own types have of the answer; the tutorial reads the rest by the name.
    assert made.application.display_name == made.service_principal.display_name == "From the gallery", made
    application = await found("From the gallery")
    assert application.app_id == made.application.app_id
    # The type of the SDK does not know the property, and keeps it aside.
    assert str(application.additional_data["applicationTemplateId"]) == CUSTOM, application
    nothing = graph.application_templates.by_application_template_id(NOBODY)
    await refused(404, "Request_ResourceNotFound", nothing.get())
    await refused(404, "Request_ResourceNotFound", nothing.instantiate.post(InstantiatePostRequestBody(display_name="x")))
    await refused(400, "BadRequest", template.instantiate.post(InstantiatePostRequestBody()))
    await graph.applications.by_application_id(application.id).delete()


class Segments:
    """The segments of an application. The SDK has their types and no builder of this path, so that its documentation's way to
    make any request is taken."""

    def __init__(self, application):
        self.path = f"{GRAPH}/applications/{application}/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments"

    def request(self, method, segment=None, body=None):
        path = self.path if segment is None else f"{self.path}/{segment}"
        request = RequestInformation(method, path, {})
        request.headers.try_add("Accept", "application/json")
        if body is not None:
            request.set_content_from_parsable(graph.request_adapter, "application/json", body)
        return request

    async def send(self, kind, *arguments):
        return await graph.request_adapter.send_async(self.request(*arguments), kind, {"XXX": ODataError})

    async def list(self):
        return (await self.send(IpApplicationSegmentCollectionResponse, Method.GET)).value

    async def add(self, segment):
        return await self.send(IpApplicationSegment, Method.POST, None, segment)

    async def get(self, id):
        return await self.send(IpApplicationSegment, Method.GET, id)

    async def patch(self, id, segment):
        await graph.request_adapter.send_no_response_content_async(
            self.request(Method.PATCH, id, segment), {"XXX": ODataError}
        )

    async def delete(self, id):
        await graph.request_adapter.send_no_response_content_async(self.request(Method.DELETE, id), {"XXX": ODataError})


async def segments():
    await instantiated("Private Access")
    await instantiated("Other")
    application, other = [(await found(name)).id for name in ("Private Access", "Other")]
    own, others = Segments(application), Segments(other)
    network = lambda host, **more: IpApplicationSegment(
        destination_host=host, destination_type=PrivateNetworkDestinationType.IpRangeCidr, ports=["443-443"], **more
    )
    await refused(404, "Application_NotFound", own.add(network("10.1.0.0/16")))
    for one in (application, other):
        publishing = OnPremisesPublishing(application_type="nonwebapp", is_accessible_via_z_t_n_a_client=True)
        await graph.applications.by_application_id(one).patch(Application(on_premises_publishing=publishing))
    assert await own.list() == []
    made = await own.add(network("10.1.0.0/16", protocol=PrivateNetworkProtocol.Tcp, action=ActionType.Tunnel))
    assert (made.destination_host, made.destination_type) == ("10.1.0.0/16", PrivateNetworkDestinationType.IpRangeCidr)
    read = await own.get(made.id)
    assert (read.ports, read.action, read.odata_type) == (["443-443"], ActionType.Tunnel, made.odata_type), read
    await own.patch(made.id, IpApplicationSegment(ports=["80-80", "8443-8443"]))
    assert (await own.get(made.id)).ports == ["80-80", "8443-8443"]
    named = IpApplicationSegment(
        destination_host="files.contoso.com", destination_type=PrivateNetworkDestinationType.Fqdn, ports=["445-445"]
    )
    second = await own.add(named)
    assert [segment.id for segment in await own.list()] == [made.id, second.id]
    # All segments of the tenant, by builders that the SDK has.
    everywhere = profile.application_segments
    assert {made.id, second.id} <= {segment.id for segment in (await everywhere.get()).value}
    assert await everywhere.count.get() == len((await everywhere.get()).value)
    one = everywhere.by_ip_application_segment_id(second.id)
    expanded = await one.get(query(one, expand=["application($select=id,displayName)"]))
    assert (expanded.destination_host, expanded.application.display_name) == ("files.contoso.com", "Private Access"), expanded
    filtered = await everywhere.get(query(everywhere, filter="destinationHost eq 'files.contoso.com'", top=3))
    assert [segment.id for segment in filtered.value] == [second.id]
    await refused(400, "Invalid_AppSegments_NonwebApp_Duplicate", others.add(named))
    # The service was seen to take `ip` only, which this SDK has no name for.
    address = IpApplicationSegment(destination_host="10.2.0.1", destination_type=PrivateNetworkDestinationType.IpAddress)
    await refused(400, "InvalidJson_BadRequest", own.add(address))
    await refused(400, "DestinationHost_InvalidIP", own.add(network("10.1.0.0/33")))
    await refused(400, "DestinationHost_InvalidIP", own.patch(made.id, IpApplicationSegment(destination_host="x y")))
    await refused(404, "ApplicationSegment_NotFound", others.get(made.id))
    await refused(404, "ApplicationSegment_NotFound", everywhere.by_ip_application_segment_id(NOBODY).get())
    await own.delete(made.id)
    await refused(404, "ApplicationSegment_NotFound", own.delete(made.id))
    # They go with their publishing.
    await graph.applications.by_application_id(application).delete()
    await refused(404, "ApplicationSegment_NotFound", everywhere.by_ip_application_segment_id(second.id).get())
    await graph.applications.by_application_id(other).delete()


async def profiles():
    everything = graph.on_premises_publishing_profiles
    [only] = (await everything.get()).value
    assert (only.id, only.is_enabled) == ("applicationProxy", True), only
    assert await everything.count.get() == 1
    before = await profile.get()
    assert before.is_default_access_enabled is None, before
    # As Microsoft365DSC does: what was read is changed and written back whole.
    await profile.patch(OnPremisesPublishingProfile(is_default_access_enabled=True, is_enabled=True))
    read = await profile.get(query(profile, expand=["connectorGroups", "connectors"]))
    assert read.is_default_access_enabled is True and read.connector_groups and read.connectors, read
    await refused(400, "Request_BadRequest", profile.patch(OnPremisesPublishingProfile(is_enabled=False)))
    back = OnPremisesPublishingProfile()
    back.additional_data = {"isDefaultAccessEnabled": None}
    await profile.patch(back)
    assert (await profile.get()).is_default_access_enabled is None
    sibling = everything.by_on_premises_publishing_profile_id("provisioning")
    await refused(404, "", sibling.agent_groups.get())


async def relations():
    """Each relation of groups and connectors, from both sides."""
    groups, connectors = profile.connector_groups, profile.connectors
    made = [(await groups.post(ConnectorGroup(name=name))).id for name in ("One", "Two")]
    one, two = [groups.by_connector_group_id(id) for id in made]
    first = (await connectors.get()).value[0].id
    assert await connectors.count.get() == len((await connectors.get()).value)
    connector = connectors.by_connector_id(first)
    home = (await connector.member_of.get()).value[0].id
    link = lambda kind, id: ReferenceCreate(odata_id=f"{PROXY}/{kind}/{id}")
    await connector.member_of.ref.post(link("connectorGroups", made[0]))
    assert await connector.member_of.count.get() == 1
    assert len((await connector.member_of.ref.get()).value) == len((await one.members.ref.get()).value) == 1
    assert await one.members.count.get() == 1
    await refused(400, "Request_BadRequest", connector.member_of.ref.post(link("connectors", first)))
    await refused(404, "ConnectorGroup_NotFound", connector.member_of.ref.post(link("connectorGroups", NOBODY)))
    await refused(404, "Connector_NotFound", two.members.by_connector_id(first).ref.delete())
    await one.members.by_connector_id(first).ref.delete()
    await two.members.ref.post(link("connectors", first))
    parameters = two.members.ref.RefRequestBuilderDeleteQueryParameters(id=f"{PROXY}/connectors/{first}")
    await two.members.ref.delete(RequestConfiguration(query_parameters=parameters))
    await connector.member_of.ref.post(link("connectorGroups", made[1]))
    await connector.member_of.by_connector_group_id(made[1]).ref.delete()
    await connector.member_of.ref.post(link("connectorGroups", made[0]))
    parameters = connector.member_of.ref.RefRequestBuilderDeleteQueryParameters(id=f"{PROXY}/connectorGroups/{made[0]}")
    await connector.member_of.ref.delete(RequestConfiguration(query_parameters=parameters))
    await connector.member_of.ref.post(link("connectorGroups", home))
    # Applications of a group, found by each of their keys.
    total = await graph.applications.count.get(advanced())
    assert total >= 100, total
    everywhere = (await groups.get(query(groups, top=50))).value
    busy, applications = None, []
    for group in everywhere:
        busy = groups.by_connector_group_id(group.id)
        applications = (await busy.applications.get()).value
        if applications:
            break
    assert await busy.applications.count.get() >= len(applications)
    one_of = applications[0]
    assert (await busy.applications.by_application_id(one_of.id).get()).app_id == one_of.app_id
    assert (await busy.applications_with_app_id(one_of.app_id).get()).id == one_of.id
    await refused(404, "Application_NotFound", two.applications.by_application_id(one_of.id).get())
    for group in (one, two):
        await group.delete()


async def filters():
    """Queries that the SDK's own parameters make of applications."""
    names = [f"Filtered {number}" for number in range(3)]
    for number, name in enumerate(names):
        web = WebApplication(home_page_url=f"https://{number}.contoso.com")
        tags = ["Filtered", f"Number{number}"]
        unique = f"filtered-{number}"
        await graph.applications.post(Application(display_name=name, tags=tags, web=web, unique_name=unique))
    applications = graph.applications
    for filter, expected in (
        ("tags/any(t:t eq 'Filtered')", names),
        ("tags/any(t:t eq 'number1')", names[1:2]),
        ("tags/any(t:startswith(t,'Number')) and displayName ne 'Filtered 0'", names[1:]),
        ("not(tags/any(t:t eq 'Number0')) and startswith(displayName,'Filtered')", names[1:]),
        ("web/homePageUrl eq 'https://2.contoso.com'", names[2:]),
        ("uniqueName eq 'Filtered-1'", names[1:2]),
        ("displayName in ('Filtered 0', 'Filtered 2')", [names[0], names[2]]),
    ):
        answer = await applications.get(advanced(query(applications, filter=filter, count=True)))
        assert ([found.display_name for found in answer.value], answer.odata_count) == (expected, len(expected)), filter
    ordered = query(applications, filter="startswith(displayName,'Filtered')", orderby=["displayName desc"], top=2, count=True, select=["displayName"])
    await refused(400, "Request_UnsupportedQuery", applications.get(ordered))
    answer = await applications.get(advanced(ordered))
    assert [found.display_name for found in answer.value] == [names[2], names[1]], answer
    await refused(400, "BadRequest", applications.get(query(applications, filter="tags/any(t:u eq 'x')")))
    await refused(400, "Request_UnsupportedQuery", applications.get(query(applications, search='"displayName:x"')))
    # By the alternate keys, to the end.
    by_name = graph.applications_with_unique_name
    assert (await by_name("filtered-0").get()).display_name == names[0]
    await by_name("filtered-0").patch(Application(display_name="renamed"))
    by_app = graph.applications_with_app_id((await by_name("filtered-0").get()).app_id)
    assert (await by_app.get()).display_name == "renamed"
    await by_app.delete()
    await refused(404, "Request_ResourceNotFound", by_name("filtered-0").get())
    for number in (1, 2):
        await by_name(f"filtered-{number}").delete()


async def main():
    for story in [service_principals, owners, role_assignments, templates, segments, profiles, relations, filters]:
        await story()
        asked.write_down(os.environ["CONNECTOR_GROUPS_URL"], story.__name__)
        print(f"python: {story.__name__}: right")


asyncio.run(main())
