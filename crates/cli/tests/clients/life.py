"""The official Python SDK (beta) through the whole life of a tenant on the emulator.

    ASKED=FILE life.py URL [CA.pem]

Ends with exit status 0 where every answer is the expected one. The emulator must run with --control.
"""

import asyncio
import json
import ssl
import sys
import uuid

import httpx
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph_beta import GraphRequestAdapter, GraphServiceClient
from msgraph_beta.generated.applications.item.application_item_request_builder import ApplicationItemRequestBuilder
from msgraph_beta.generated.models.application import Application
from msgraph_beta.generated.models.connector_group import ConnectorGroup
from msgraph_beta.generated.models.connector_group_region import ConnectorGroupRegion
from msgraph_beta.generated.models.connector_status import ConnectorStatus
from msgraph_beta.generated.models.external_authentication_type import ExternalAuthenticationType
from msgraph_beta.generated.models.on_premises_publishing import OnPremisesPublishing
from msgraph_beta.generated.models.reference_create import ReferenceCreate
from msgraph_beta.generated.models.reference_update import ReferenceUpdate
from msgraph_beta.generated.on_premises_publishing_profiles.item.connector_groups.connector_groups_request_builder import (
    ConnectorGroupsRequestBuilder,
)
from msgraph_beta.generated.on_premises_publishing_profiles.item.connector_groups.item.connector_group_item_request_builder import (
    ConnectorGroupItemRequestBuilder,
)
from msgraph_core import GraphClientFactory, PageIterator
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

import asked
from refused import refused

URL = sys.argv[1].rstrip("/")
CONTEXT = ssl.create_default_context(cafile=sys.argv[2]) if len(sys.argv) > 2 else None
TLS = CONTEXT or True
PROFILE = f"{URL}/beta/onPremisesPublishingProfiles/applicationProxy"


class Token(AccessTokenProvider):
    """A bearer token is the id of a tenant."""

    def __init__(self, tenant):
        self.tenant = tenant

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return self.tenant

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


async def control(lines):
    """Commands of the replay format, each of which must be accepted."""
    async with httpx.AsyncClient(verify=TLS) as client:
        body = "\n".join(json.dumps(line) for line in lines)
        answers = await client.post(f"{URL}/_control/commands", content=body)
    answers.raise_for_status()
    for line, answer in zip(lines, answers.text.splitlines(), strict=True):
        assert "accepted" in json.loads(answer), (line, answer)


class World:
    """A tenant of its own, and the SDK in it."""

    def __init__(self):
        self.tenant = str(uuid.uuid4())
        # Over TLS the factory's own client would ask for HTTP/2, and get HTTP/1.1 all the same.
        client = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(verify=TLS, http2=True))
        self.adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(self.tenant)), client)
        self.adapter.base_url = f"{URL}/beta"
        self.graph = GraphServiceClient(request_adapter=self.adapter)
        self.profile = self.graph.on_premises_publishing_profiles.by_on_premises_publishing_profile_id("applicationProxy")
        self.groups = self.profile.connector_groups
        self.applications = self.graph.applications

    async def begin(self):
        group = {"id": str(uuid.uuid4())}
        created = {"command": "createTenant", "id": self.tenant, "defaultRegion": "eur"}
        await control([created | {"now": "2026-03-02T08:00:00Z", "defaultConnectorGroup": group}])
        return group["id"]

    async def register(self, name):
        connector = str(uuid.uuid4())
        line = {"tenant": self.tenant, "command": "registerConnector", "id": connector, "machineName": name}
        await control([line | {"externalIp": "203.0.113.7", "version": "1.5.4287.0"}])
        return connector

    def group(self, id):
        return self.groups.by_connector_group_id(id)

    def application(self, id):
        return self.applications.by_application_id(id)

    async def publish(self, name):
        """An application as the tutorial makes it: created, then published by a request of its own."""
        application = await self.applications.post(Application(display_name=name))
        await self.application(application.id).patch(Application(on_premises_publishing=urls(name)))
        return application.id

    async def members(self, group):
        return [connector.id for connector in (await self.group(group).members.get()).value]


def urls(name):
    return OnPremisesPublishing(
        internal_url=f"https://{name}.contoso.local/",
        external_url=f"https://{name}-contoso.msappproxy.net/",
        external_authentication_type=ExternalAuthenticationType.AadPreAuthentication,
    )


def group_link(id):
    return f"{PROFILE}/connectorGroups/{id}"


async def groups_and_members():
    world = World()
    default = await world.begin()
    [found] = (await world.groups.get()).value
    assert (found.id, found.is_default, found.name) == (default, True, "Default"), found

    created = await world.groups.post(ConnectorGroup(name="Datacenter A", region=ConnectorGroupRegion.Asia))
    assert (created.is_default, created.region) == (False, ConnectorGroupRegion.Asia), created
    a = created.id
    await world.group(a).patch(ConnectorGroup(name="Datacenter A (old)"))
    assert (await world.group(a).get()).name == "Datacenter A (old)"
    await world.group(a).patch(ConnectorGroup(region=ConnectorGroupRegion.Aus))
    assert (await world.group(a).get()).region == ConnectorGroupRegion.Aus
    # A create may say what only the system sets, and is not listened to.
    b = (await world.groups.post(ConnectorGroup(name="B", is_default=True))).id
    assert not (await world.group(b).get()).is_default

    first, second = await world.register("one"), await world.register("two")
    assert await world.members(default) == [first, second]
    assert [connector.machine_name for connector in (await world.profile.connectors.get()).value] == ["one", "two"]
    # Both spellings move.
    link = f"{PROFILE}/connectors/{first}"
    await world.group(a).members.ref.post(ReferenceCreate(odata_id=link))
    connector = world.profile.connectors.by_connector_id(second)
    await connector.member_of.ref.post(ReferenceCreate(odata_id=group_link(a)))
    assert (await world.members(default), await world.members(a)) == ([], [first, second])
    await connector.member_of.ref.post(ReferenceCreate(odata_id=group_link(b)))
    [member_of] = (await connector.member_of.get()).value
    assert member_of.id == b
    assert (await connector.get()).status == ConnectorStatus.Active
    await control([{"tenant": world.tenant, "command": "reportConnector", "id": second, "status": "inactive"}])
    assert (await connector.get()).status == ConnectorStatus.Inactive
    # To no group is to the default group.
    await world.group(a).members.by_connector_id(first).ref.delete()
    assert await world.members(default) == [first]
    # Ten days of silence, and it is gone.
    await control([{"tenant": world.tenant, "command": "advanceClock", "now": "2026-03-12T08:00:00Z"}])
    await refused(404, "Connector_NotFound", connector.get())
    assert await world.members(b) == []
    await world.group(b).delete()
    await refused(404, "ConnectorGroup_NotFound", world.group(b).get())


async def assignments():
    world = World()
    default = await world.begin()
    a = (await world.groups.post(ConnectorGroup(name="A"))).id
    application = await world.publish("expenses")
    assert (await world.application(application).connector_group.get()).id == default
    select = ApplicationItemRequestBuilder.ApplicationItemRequestBuilderGetQueryParameters(select=["id", "onPremisesPublishing"])
    whole = await world.application(application).get(RequestConfiguration(query_parameters=select))
    assert whole.on_premises_publishing.internal_url == "https://expenses.contoso.local/"
    assert (await world.application(application).get()).on_premises_publishing is None, "not in the default projection"

    await world.application(application).connector_group.ref.put(ReferenceUpdate(odata_id=group_link(a)))
    assert (await world.application(application).connector_group.get()).id == a
    assert [found.id for found in (await world.group(a).applications.get()).value] == [application]
    await world.application(application).connector_group.ref.delete()
    assert (await world.application(application).connector_group.get()).id == default
    await refused(400, "ConnectorGroup_AlreadyInDefault", world.application(application).connector_group.ref.delete())
    await world.application(application).delete()
    await refused(404, "Request_ResourceNotFound", world.application(application).get())


async def refusals():
    world = World()
    default = await world.begin()
    nowhere = str(uuid.uuid4())
    a = (await world.groups.post(ConnectorGroup(name="A"))).id
    connector = await world.register("one")
    plain = (await world.applications.post(Application(display_name="plain"))).id
    published = await world.publish("wiki")
    put = lambda application, group: world.application(application).connector_group.ref.put(
        ReferenceUpdate(odata_id=group_link(group))
    )
    await refused(400, "ConnectorGroup_InvalidName", world.groups.post(ConnectorGroup(name=" ")))
    await refused(400, "ConnectorGroup_InvalidName", world.groups.post(ConnectorGroup()))
    await refused(400, "Request_BadRequest", world.group(a).patch(ConnectorGroup(is_default=True)))
    await refused(404, "ConnectorGroup_NotFound", world.group(nowhere).delete())
    await refused(400, "ConnectorGroup_IsDefault", world.group(default).delete())
    await refused(404, "Application_NotFound", put(plain, a))
    await refused(404, "Application_NotFound", put(nowhere, a))
    await refused(404, "ConnectorGroup_NotFound", put(published, nowhere))
    await put(published, a)
    await refused(400, "ApplicationsOrConnectorsAssigned_BadRequest", world.group(a).delete())
    region = ConnectorGroup(region=ConnectorGroupRegion.Nam)
    await refused(400, "ConnectorGroup_RegionLocked", world.group(a).patch(region))
    same = Application(on_premises_publishing=urls("wiki"))
    await refused(400, "InternalUrl_Duplicate", world.application(plain).patch(same))
    mixed = Application(display_name="both", on_premises_publishing=urls("both"))
    await refused(400, "Request_BadRequest", world.application(plain).patch(mixed))
    wrong_kind = ReferenceCreate(odata_id=f"{PROFILE}/connectors/{connector}")
    await refused(400, "Request_BadRequest", world.profile.connectors.by_connector_id(connector).member_of.ref.post(wrong_kind))
    # What another tenant has is not there.
    other = World()
    await other.begin()
    await refused(404, "ConnectorGroup_NotFound", other.group(a).get())
    await refused(404, "ConnectorGroup_NotFound", other.group(a).delete())
    await refused(401, "InvalidAuthenticationToken", World().groups.get())
    # Nothing of all that has changed anything.
    assert sorted(group.name for group in (await world.groups.get()).value) == ["A", "Default"]


async def lists():
    world = World()
    await world.begin()
    names = [f"Group {number:02}" for number in range(25)]
    for name in names:
        await world.groups.post(ConnectorGroup(name=name))
    query = lambda **options: RequestConfiguration(
        query_parameters=ConnectorGroupsRequestBuilder.ConnectorGroupsRequestBuilderGetQueryParameters(**options)
    )
    seen = []
    first = await world.groups.get(query(top=10))
    assert len(first.value) == 10 and first.odata_next_link
    iterator = PageIterator(first, world.adapter)
    await iterator.iterate(lambda group: seen.append(group.name) or True)
    assert seen == ["Default", *names], seen
    found = await world.groups.get(query(filter="name eq 'Group 07' or startswith(name,'Group 1')", count=True))
    assert [group.name for group in found.value] == ["Group 07", *names[10:20]], found.value
    assert found.odata_count == 11
    found = await world.groups.get(query(orderby=["name desc"], top=2, skip=1, select=["name"]))
    assert [(group.name, group.id) for group in found.value] == [("Group 23", None), ("Group 22", None)]
    assert await world.groups.count.get() == 26
    [found] = (await world.groups.get(query(filter="isDefault eq true"))).value
    connector, application = await world.register("one"), await world.publish("crm")
    expand = ConnectorGroupItemRequestBuilder.ConnectorGroupItemRequestBuilderGetQueryParameters(expand=["members", "applications"])
    found = await world.group(found.id).get(RequestConfiguration(query_parameters=expand))
    assert [member.id for member in found.members] == [connector]
    assert [member.id for member in found.applications] == [application]
    await refused(400, "BadRequest", world.groups.get(query(filter="nome eq 'x'")))


async def batches():
    world = World()
    await world.begin()
    a = (await world.groups.post(ConnectorGroup(name="A"))).id
    applications = [await world.publish(f"app{number}") for number in range(3)]
    batch = BatchRequestContent()
    for application in applications:
        ref = world.application(application).connector_group.ref
        request = ref.to_put_request_information(ReferenceUpdate(odata_id=group_link(a)))
        batch.add_request(None, BatchRequestItem(request))
    answers = await BatchRequestBuilder(world.adapter).post(batch)
    statuses = [answer.status for answer in answers.responses.values()]
    assert statuses == [204] * 3, statuses
    assert len((await world.group(a).applications.get()).value) == 3
    # What depends on a failure is not done.
    batch = BatchRequestContent()
    failing = BatchRequestItem(world.group(a).to_delete_request_information())
    rename = world.group(a).to_patch_request_information(ConnectorGroup(name="never"))
    batch.add_request(failing.id, failing)
    batch.add_request("after", BatchRequestItem(rename, id="after", depends_on=[failing]))
    answers = await BatchRequestBuilder(world.adapter).post(batch)
    statuses = {id: answer.status for id, answer in answers.responses.items()}
    assert statuses == {failing.id: 400, "after": 424}, statuses
    assert (await world.group(a).get()).name == "A"


async def as_terraform_does():
    """Read after each write; import; the destroy of an assignment and of the default group."""
    world = World()
    default = await world.begin()
    # resource "…_connector_group": create, read until it is there, plan without changes, update in place.
    group = await world.groups.post(ConnectorGroup(name="managed", region=ConnectorGroupRegion.Nam))
    read = await world.group(group.id).get()
    assert (read.name, read.region) == ("managed", ConnectorGroupRegion.Nam)
    await world.group(group.id).patch(ConnectorGroup(name="renamed"))
    assert (await world.group(group.id).get()).name == "renamed"
    # import by id: every attribute that the state needs.
    imported = await world.group(default).get()
    assert (imported.is_default, imported.name, imported.region) == (True, "Default", ConnectorGroupRegion.Eur)
    # resource "…_assignment": create, replace by the group of another hand, destroy only what is still ours.
    application = world.application(await world.publish("managed"))
    await application.connector_group.ref.put(ReferenceUpdate(odata_id=group_link(group.id)))
    assert (await application.connector_group.get()).id == group.id
    await application.connector_group.ref.put(ReferenceUpdate(odata_id=group_link(group.id)))
    assert (await application.connector_group.get()).id == group.id, "once more is no change"
    # destroy in the wrong order is refused, and leaves all as it is; then in the right one.
    await refused(400, "ApplicationsOrConnectorsAssigned_BadRequest", world.group(group.id).delete())
    await application.connector_group.ref.delete()
    assert (await application.connector_group.get()).id == default, "never 404"
    # destroy of an assignment to the default group.
    await refused(400, "ConnectorGroup_AlreadyInDefault", application.connector_group.ref.delete())
    await world.group(group.id).delete()
    await refused(404, "ConnectorGroup_NotFound", world.group(group.id).get())
    # destroy of the default group.
    await refused(400, "ConnectorGroup_IsDefault", world.group(default).delete())
    # un-publish, as the provider does it: null.
    body = Application()
    body.additional_data = {"onPremisesPublishing": None}
    await application.patch(body)
    await refused(404, "Application_NotFound", application.connector_group.get())


async def main():
    for story in [groups_and_members, assignments, refusals, lists, batches, as_terraform_does]:
        await story()
        asked.write_down(URL, story.__name__, CONTEXT)
        print(f"python: {story.__name__}: right")


asyncio.run(main())
