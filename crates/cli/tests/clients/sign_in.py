"""The official Python SDKs with azure-identity, as a program uses them that knows nothing of the emulator.

    connector-groups emulate --seed examples/contoso.jsonl -- python sign_in.py beta|v1

Ends with exit status 0 where every answer is the expected one.
"""

import asyncio
import datetime
import html.parser
import sys
import threading
import urllib.parse
import urllib.request
import webbrowser

from azure.identity import CertificateCredential, ClientSecretCredential, DeviceCodeCredential, InteractiveBrowserCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TENANT = "7e000000-0000-4000-8000-000000000001"
CLIENT = "11111111-0000-4000-8000-000000000001"


def certificate():
    """A self-signed certificate and its key, as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Page(html.parser.HTMLParser):
    """The form of a page."""

    def __init__(self, text):
        super().__init__()
        self.fields = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input":
            self.fields[attributes["name"]] = attributes["value"]


class Browser(webbrowser.BaseBrowser):
    """Opens a page and sends the form on it, as a browser with scripts does."""

    def open(self, url, new=0, autoraise=True):
        # The client listens for the form only after this has returned.
        threading.Thread(target=self.visit, args=[url]).start()
        return True

    def visit(self, url):
        page = Page(urllib.request.urlopen(url).read().decode())
        urllib.request.urlopen(page.action, urllib.parse.urlencode(page.fields).encode())


webbrowser.register("form", None, Browser("form"), preferred=True)


def credentials():
    yield ClientSecretCredential(TENANT, CLIENT, "any secret")
    yield CertificateCredential(TENANT, CLIENT, certificate_data=certificate())
    yield DeviceCodeCredential(CLIENT, tenant_id=TENANT, prompt_callback=lambda *_: None)
    yield InteractiveBrowserCredential(client_id=CLIENT, tenant_id=TENANT)


async def beta(credential):
    from msgraph_beta import GraphServiceClient
    from msgraph_beta.generated.models.connector_group import ConnectorGroup
    from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph_beta.generated.models.reference_create import ReferenceCreate
    from msgraph_beta.generated.models.reference_update import ReferenceUpdate

    client = GraphServiceClient(credential)
    proxy = client.on_premises_publishing_profiles.by_on_premises_publishing_profile_id("applicationProxy")
    groups, link = proxy.connector_groups, "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy"
    group = await groups.post(ConnectorGroup(name="by Python"))
    names = [found.name for found in (await groups.get()).value]
    assert {"Default", "by Python"} <= set(names), names
    connector = (await proxy.connectors.get()).value[0].id
    before = (await proxy.connectors.by_connector_id(connector).member_of.get()).value[0].id
    application = (await client.applications.get()).value[0].id
    await groups.by_connector_group_id(group.id).members.ref.post(ReferenceCreate(odata_id=f"{link}/connectors/{connector}"))
    ref = client.applications.by_application_id(application).connector_group.ref
    await ref.put(ReferenceUpdate(odata_id=f"{link}/connectorGroups/{group.id}"))
    assert (await client.applications.by_application_id(application).connector_group.get()).name == "by Python"
    try:
        await groups.by_connector_group_id(group.id).delete()
        raise AssertionError("a group that is not empty was deleted")
    except ODataError as error:
        assert (error.response_status_code, error.error.code) == (400, "ApplicationsOrConnectorsAssigned_BadRequest"), error
    await ref.delete()
    await groups.by_connector_group_id(before).members.ref.post(ReferenceCreate(odata_id=f"{link}/connectors/{connector}"))
    await groups.by_connector_group_id(group.id).delete()


async def v1(credential):
    from msgraph import GraphServiceClient
    from msgraph.generated.models.application import Application

    client = GraphServiceClient(credential)
    made = await client.applications.post(Application(display_name="by Python"))
    assert (await client.applications.by_application_id(made.id).get()).app_id == made.app_id
    await client.applications.by_application_id(made.id).patch(Application(display_name="renamed"))
    assert (await client.applications.by_application_id(made.id).get()).display_name == "renamed"
    await client.applications.by_application_id(made.id).delete()


async def main():
    for credential in credentials():
        await {"beta": beta, "v1": v1}[sys.argv[1]](credential)
        print(f"python: {sys.argv[1]} with {type(credential).__name__}: right")


asyncio.run(main())
