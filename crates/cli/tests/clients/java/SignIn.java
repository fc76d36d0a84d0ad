import com.azure.identity.ClientSecretCredentialBuilder;
import com.microsoft.graph.beta.models.Application;
import com.microsoft.graph.beta.models.ConnectorGroup;
import com.microsoft.graph.beta.models.ConnectorGroupCollectionResponse;
import com.microsoft.graph.beta.models.ExternalAuthenticationType;
import com.microsoft.graph.beta.models.OnPremisesPublishing;
import com.microsoft.graph.beta.models.ReferenceCreate;
import com.microsoft.graph.beta.models.ReferenceUpdate;
import com.microsoft.graph.beta.models.odataerrors.ODataError;
import com.microsoft.graph.beta.serviceclient.GraphServiceClient;
import com.microsoft.graph.core.content.BatchRequestContent;
import com.microsoft.graph.core.tasks.PageIterator;
import java.util.ArrayList;
import java.util.List;

/**
 * The official Java SDK with azure-identity, as a program uses it that knows nothing of the emulator. Ends with exit status 0
 * where every answer is the expected one.
 */
public class SignIn {
    private static final String TENANT = "7e000000-0000-4000-8000-000000000001";
    private static final String CLIENT = "11111111-0000-4000-8000-000000000001";
    private static final String PROFILE = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy";

    private static void expect(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError(found + " and not " + expected);
        }
    }

    /** A model that was sent once sends only what has changed since, so that each request needs its own. */
    private static ReferenceCreate member(String connector) {
        var member = new ReferenceCreate();
        member.setOdataId(PROFILE + "/connectors/" + connector);
        return member;
    }

    public static void main(String[] arguments) throws Exception {
        var credential = new ClientSecretCredentialBuilder().tenantId(TENANT).clientId(CLIENT).clientSecret("any").build();
        var client = new GraphServiceClient(credential, "https://graph.microsoft.com/.default");
        var proxy = client.onPremisesPublishingProfiles().byOnPremisesPublishingProfileId("applicationProxy");
        var groups = proxy.connectorGroups();

        var asked = new ConnectorGroup();
        asked.setName("by Java");
        var group = groups.post(asked);
        var names = groups.get().getValue().stream().map(ConnectorGroup::getName).toList();
        if (!names.contains("Default") || !names.contains("by Java")) {
            throw new AssertionError(names);
        }
        // One a page, and a page for each.
        var collected = new ArrayList<String>();
        var first = groups.get(request -> {
            request.queryParameters.top = 1;
            request.queryParameters.select = new String[] {"id", "name"};
        });
        new PageIterator.Builder<ConnectorGroup, ConnectorGroupCollectionResponse>()
                .client(client)
                .collectionPage(first)
                .collectionPageFactory(ConnectorGroupCollectionResponse::createFromDiscriminatorValue)
                .processPageItemCallback(found -> collected.add(found.getName()))
                .build()
                .iterate();
        expect(names, collected);
        var filtered = groups.get(request -> request.queryParameters.filter = "name eq 'by Java'");
        expect(List.of(group.getId()), filtered.getValue().stream().map(ConnectorGroup::getId).toList());

        // Two requests in one, the second after the first.
        var batch = new BatchRequestContent(client);
        var one = batch.addBatchRequestStep(groups.byConnectorGroupId(group.getId()).toGetRequestInformation());
        var other = batch.addBatchRequestStep(groups.byConnectorGroupId("none").toGetRequestInformation());
        var answers = client.getBatchRequestBuilder().post(batch, null);
        expect("by Java", answers.getResponseById(one, ConnectorGroup::createFromDiscriminatorValue).getName());
        expect(404, answers.getResponsesStatusCode().get(other));

        var connector = proxy.connectors().get().getValue().get(0).getId();
        var before = proxy.connectors().byConnectorId(connector).memberOf().get().getValue().get(0).getId();
        var application = client.applications().get().getValue().get(0).getId();

        groups.byConnectorGroupId(group.getId()).members().ref().post(member(connector));
        var reference = client.applications().byApplicationId(application).connectorGroup().ref();
        var target = new ReferenceUpdate();
        target.setOdataId(PROFILE + "/connectorGroups/" + group.getId());
        reference.put(target);
        expect("by Java", client.applications().byApplicationId(application).connectorGroup().get().getName());
        try {
            groups.byConnectorGroupId(group.getId()).delete();
            throw new AssertionError("a group that is not empty was deleted");
        } catch (ODataError error) {
            expect(400, error.getResponseStatusCode());
            expect("ApplicationsOrConnectorsAssigned_BadRequest", error.getError().getCode());
        }
        var renamed = new ConnectorGroup();
        renamed.setName("renamed by Java");
        groups.byConnectorGroupId(group.getId()).patch(renamed);
        expect("renamed by Java", groups.byConnectorGroupId(group.getId()).get().getName());

        var made = new Application();
        made.setDisplayName("by Java");
        var id = client.applications().post(made).getId();
        var publishing = new OnPremisesPublishing();
        publishing.setInternalUrl("https://java.contoso.local/");
        publishing.setExternalUrl("https://java.contoso.com/");
        publishing.setExternalAuthenticationType(ExternalAuthenticationType.Passthru);
        var changes = new Application();
        changes.setOnPremisesPublishing(publishing);
        client.applications().byApplicationId(id).patch(changes);
        var published = client.applications().byApplicationId(id).get(
                request -> request.queryParameters.select = new String[] {"id", "onPremisesPublishing"});
        expect("https://java.contoso.com/", published.getOnPremisesPublishing().getExternalUrl());
        expect(ExternalAuthenticationType.Passthru, published.getOnPremisesPublishing().getExternalAuthenticationType());
        client.applications().byApplicationId(id).delete();

        // Back to where it was.
        reference.delete();
        groups.byConnectorGroupId(before).members().ref().post(member(connector));
        groups.byConnectorGroupId(group.getId()).delete();
        System.out.println("java: right");
        // Its HTTP client keeps threads that would keep the program for a minute.
        System.exit(0);
    }
}
