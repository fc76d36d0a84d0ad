// Azure's identity module for Go, with a plain HTTP client as Terraform's providers have it, and with that of the Graph SDKs
// for Go, which compresses what it sends.
//
//	connector-groups emulate --seed examples/contoso.jsonl -- go run . plain
//
// Ends with exit status 0 where every answer is the expected one.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	msgraph "github.com/microsoftgraph/msgraph-sdk-go-core"
)

const groups = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups"

type group struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func main() {
	credential, err := azidentity.NewClientSecretCredential(
		"7e000000-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000001", "any secret", nil)
	if err != nil {
		log.Fatal(err)
	}
	scopes := policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}}
	token, err := credential.GetToken(context.Background(), scopes)
	if err != nil {
		log.Fatal(err)
	}
	client := http.DefaultClient
	if os.Args[1] == "sdk" {
		client = msgraph.GetDefaultClient(&msgraph.GraphClientOptions{})
	}
	life(client, token.Token)
	fmt.Printf("go: %s: right\n", os.Args[1])
}

func life(client *http.Client, token string) {
	var made, read group
	call(client, token, "POST", groups, `{"name": "by Go"}`, 200, &made)
	call(client, token, "GET", groups+"/"+made.ID, "", 200, &read)
	if read != made || read.Name != "by Go" {
		log.Fatalf("%v in place of %v", read, made)
	}
	call(client, token, "DELETE", groups+"/"+made.ID, "", 204, nil)
	call(client, token, "GET", groups+"/"+made.ID, "", 404, nil)
}

func call(client *http.Client, token, method, url, body string, status int, answer any) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != status {
		log.Fatalf("%s %s: %d in place of %d", method, url, response.StatusCode, status)
	}
	if answer != nil {
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			log.Fatal(err)
		}
	}
}
