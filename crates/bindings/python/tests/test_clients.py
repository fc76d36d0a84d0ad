"""Real clients of Graph, in this process, without a server."""

import asyncio
import uuid

import httpx
import pytest
from conftest import TENANT

from connector_groups.graph import GraphTransport

PROFILE = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy"


def test_httpx(connector_groups):
    ids = iter(range(1, 100))
    transport = GraphTransport(
        connector_groups, now=lambda: "2026-03-02T08:00:00Z", request_id=lambda: f"{next(ids):032x}", documented=True
    )
    with httpx.Client(transport=transport, headers={"authorization": f"Bearer {TENANT}"}) as client:
        created = client.post(f"{PROFILE}/connectorGroups", json={"name": "Zürich"})
        assert (created.status_code, created.json()["name"]) == (201, "Zürich")
        assert created.headers["request-id"] == str(uuid.UUID(int=1))
        assert created.headers["content-type"].startswith("application/json")
        assert client.get(f"{PROFILE}/connectorGroups", params={"$filter": "name eq 'Zürich'"}).json()["value"][0]["name"] == "Zürich"
        group = f"{PROFILE}/connectorGroups/{created.json()['id']}"
        assert client.get(group).status_code == 200
        assert client.delete(group).status_code == 204
        gone = client.get(group)
        assert (gone.status_code, gone.json()["error"]["innerError"]["date"]) == (404, "2026-03-02T08:00:00Z")
    with httpx.Client(transport=GraphTransport(connector_groups)) as client:
        assert client.get(f"{PROFILE}/connectorGroups").status_code == 401
    with httpx.Client(transport=GraphTransport(connector_groups, anonymous=TENANT)) as client:
        assert client.get(f"{PROFILE}/connectorGroups", headers={"x": "ä".encode("latin-1")}).status_code == 200
        made = [client.post(f"{PROFILE}/connectorGroups", json={"name": "A"}) for _ in range(2)]
        assert len({one.json()["id"] for one in made}) == len({one.headers["request-id"] for one in made}) == 2


def test_msgraph_beta_sdk(connector_groups):
    pytest.importorskip("msgraph_beta")
    from kiota_abstractions.authentication import (
        AccessTokenProvider,
        AllowedHostsValidator,
        BaseBearerTokenAuthenticationProvider,
    )
    from msgraph_beta import GraphRequestAdapter, GraphServiceClient
    from msgraph_beta.generated.models.connector_group import ConnectorGroup
    from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph_beta.generated.models.reference_create import ReferenceCreate
    from msgraph_core import GraphClientFactory

    class Token(AccessTokenProvider):
        async def get_authorization_token(self, uri, additional_authentication_context={}):
            return TENANT

        def get_allowed_hosts_validator(self):
            return AllowedHostsValidator([])

    async def story():
        http = httpx.AsyncClient(transport=GraphTransport(connector_groups))
        client = GraphClientFactory.create_with_default_middleware(client=http)
        graph = GraphServiceClient(
            request_adapter=GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token()), client)
        )
        profile = graph.on_premises_publishing_profiles.by_on_premises_publishing_profile_id("applicationProxy")
        group = await profile.connector_groups.post(ConnectorGroup(name="Paris"))
        connector = (await profile.connectors.get()).value[0]
        reference = ReferenceCreate(odata_id=f"{PROFILE}/connectorGroups/{group.id}")
        await profile.connectors.by_connector_id(connector.id).member_of.ref.post(reference)
        members = await profile.connector_groups.by_connector_group_id(group.id).members.get()
        assert [member.machine_name for member in members.value] == ["ams-01"]
        with pytest.raises(ODataError) as refused:
            await profile.connector_groups.by_connector_group_id(group.id).delete()
        code = "ApplicationsOrConnectorsAssigned_BadRequest"
        assert (refused.value.response_status_code, refused.value.error.code) == (400, code)

    asyncio.run(story())
