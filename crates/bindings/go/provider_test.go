package connectorgroups_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
	"github.com/connector-groups/connector-groups/crates/bindings/go/connectorgroupstest"
)

// A resource as providers for Terraform write them: what they do is requests, and what they test is the state after each.
type resource struct {
	client *http.Client
	ID     string `json:"id,omitempty"`
	Name   string `json:"name"`
	Region string `json:"region,omitempty"`
}

const groups = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups"

// send gives the status, and reads what came into the resource.
func (resource *resource) send(t *testing.T, method, url string, body any) int {
	t.Helper()
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequest(method, url, &text)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := resource.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode < 300 && len(answer) > 0 {
		if err := json.Unmarshal(answer, resource); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode
}

func (resource *resource) url() string { return groups + "/" + resource.ID }

func (resource *resource) expect(t *testing.T, what string, status, expected int) {
	t.Helper()
	if status != expected {
		t.Fatalf("%s: %d, not %d", what, status, expected)
	}
}

func TestAProviderWithoutATenant(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	client := connectorgroupstest.Client(directory, tenant)
	steps := map[string]func(t *testing.T, managed *resource){
		"create, read, update in place, no change, destroy": func(t *testing.T, managed *resource) {
			managed.expect(t, "update", managed.send(t, "PATCH", managed.url(), resource{Name: "renamed"}), 204)
			read := resource{client: client}
			read.expect(t, "read", read.send(t, "GET", managed.url(), nil), 200)
			if read.Name != "renamed" || read.Region != "nam" {
				t.Errorf("drift: %+v", read)
			}
			read.expect(t, "destroy", read.send(t, "DELETE", managed.url(), nil), 204)
			read.expect(t, "read what is gone", read.send(t, "GET", managed.url(), nil), 404)
		},
		"destroy of what is in use is refused": func(t *testing.T, managed *resource) {
			connector := command{"id": "c0000000-0000-4000-8000-000000000001", "machineName": "a", "externalIp": "", "version": ""}
			connector["tenant"], connector["command"] = tenant, "registerConnector"
			move := command{"tenant": tenant, "command": "addConnector", "connector": connector["id"], "connectorGroup": managed.ID}
			if answers, err := directory.Apply(connector, move); err != nil || answers[1].Accepted == nil {
				t.Fatal(answers, err)
			}
			managed.expect(t, "destroy", managed.send(t, "DELETE", managed.url(), nil), 400)
		},
		"reads that lag": func(t *testing.T, managed *resource) {
			old, err := directory.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			managed.expect(t, "destroy", managed.send(t, "DELETE", managed.url(), nil), 204)
			lagging := directory.RoundTripper(connectorgroups.Options{Anonymous: tenant, Stale: old})
			read := resource{client: &http.Client{Transport: lagging}}
			read.expect(t, "read what is gone but still seen", read.send(t, "GET", managed.url(), nil), 200)
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			connectorgroupstest.Isolate(t, directory)
			managed := &resource{client: client}
			managed.expect(t, "create", managed.send(t, "POST", groups, resource{Name: "managed", Region: "nam"}), 200)
			step(t, managed)
		})
	}
	document, err := directory.Document()
	if err != nil || bytes.Contains(document, []byte("managed")) || bytes.Contains(document, []byte("c0000000")) {
		t.Errorf("a test has left something behind: %s %v", document, err)
	}
}

func TestTimeAndIDsAreTheCallers(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	number := 0
	options := connectorgroups.Options{
		Anonymous: tenant, Documented: true, PageSize: 1,
		Now:       func() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) },
		RequestID: func() string { number++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", number) },
	}
	created := resource{client: &http.Client{Transport: directory.RoundTripper(options)}}
	created.expect(t, "create", created.send(t, "POST", groups, resource{Name: "A"}), 201)
	first := created.ID
	again := connectorgroupstest.Directory(t, createTenant)
	number = 0
	created.client.Transport = again.RoundTripper(options)
	created.expect(t, "create", created.send(t, "POST", groups, resource{Name: "A"}), 201)
	if first == "" || created.ID != first {
		t.Errorf("%s is not %s", created.ID, first)
	}
}
