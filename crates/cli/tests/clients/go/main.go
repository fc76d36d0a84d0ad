// Azure's identity module for Go and a plain HTTP client, as Terraform's providers use them.
//
//	connector-groups emulate --seed examples/contoso.jsonl -- go run .
//
// Ends with exit status 0 where every answer is the expected one.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
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
	var made, read group
	call(token.Token, "POST", groups, `{"name": "by Go"}`, 200, &made)
	call(token.Token, "GET", groups+"/"+made.ID, "", 200, &read)
	if read != made || read.Name != "by Go" {
		log.Fatalf("%v in place of %v", read, made)
	}
	call(token.Token, "DELETE", groups+"/"+made.ID, "", 204, nil)
	call(token.Token, "GET", groups+"/"+made.ID, "", 404, nil)
	fmt.Println("go: azidentity: right")
}

func call(token, method, url, body string, status int, answer any) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
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
