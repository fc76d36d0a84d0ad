// Two tests that would disturb each other, with the function of the recipe.
package recipe

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

const graph = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups"

func call(t *testing.T, method, body string) *http.Response {
	request, _ := http.NewRequest(method, graph, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer 7e000000-0000-4000-8000-000000000001")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Fatal(method, err, response)
	}
	return response
}

func makeAGroup(t *testing.T) {
	resetAfter(t)
	var list struct{ Value []any }
	if err := json.NewDecoder(call(t, "GET", "").Body).Decode(&list); err != nil || len(list.Value) != 12 {
		t.Fatal(err, len(list.Value), "groups: the other test's group is still there")
	}
	call(t, "POST", `{"name": "by Go"}`)
}

func TestOne(t *testing.T)   { makeAGroup(t) }
func TestOther(t *testing.T) { makeAGroup(t) }
