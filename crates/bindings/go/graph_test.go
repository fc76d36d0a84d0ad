package connectorgroups_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
	"github.com/connector-groups/connector-groups/crates/bindings/go/connectorgroupstest"
)

// body is one that says whether it was closed, and can fail.
type body struct {
	io.Reader
	closed bool
}

func (body *body) Close() error { body.closed = true; return nil }

// asked sends a request with the token of the tenant, and what more it is given, by a round tripper alone.
func asked(t *testing.T, directory *connectorgroups.Directory, options connectorgroups.Options, method, url string, given ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tenant)
	for number := 0; number+1 < len(given); number += 2 {
		request.Header.Add(given[number], given[number+1])
	}
	response, err := directory.RoundTripper(options).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.Request != request || response.ContentLength != int64(len(text)) {
		t.Errorf("%v has %d bytes and says %d", response.Request, len(text), response.ContentLength)
	}
	return response, string(text)
}

func TestARequestIsHandedOverWhole(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant, createGroup)
	plain := connectorgroups.Options{}
	response, text := asked(t, directory, plain, "GET", groups+"?$filter=name%20eq%20'Zürich'", "client-request-id", "mine")
	if response.StatusCode != 200 || strings.Count(text, `"id":`) != 1 || !strings.Contains(text, group) {
		t.Errorf("%s %s", response.Status, text)
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") || response.Header.Get("client-request-id") != "mine" {
		t.Errorf("%v", response.Header)
	}
	request, err := http.NewRequest("GET", groups, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := directory.RoundTripper(plain).RoundTrip(request); err != nil || response.StatusCode != 401 {
		t.Error("without a token", response, err)
	}
}

func TestEachValueOfAHeaderIsHandedOver(t *testing.T) {
	abroad := command{"tenant": tenant, "command": "createConnectorGroup", "id": group, "name": "Tokyo", "region": "japan"}
	directory := connectorgroupstest.Directory(t, createTenant, abroad)
	documented := connectorgroups.Options{Documented: true}
	if _, text := asked(t, directory, documented, "GET", groups+"/"+group); !strings.Contains(text, "unknownFutureValue") {
		t.Error(text)
	}
	prefers := []string{"Prefer", "return=minimal", "Prefer", "include-unknown-enum-members"}
	if _, text := asked(t, directory, documented, "GET", groups+"/"+group, prefers...); !strings.Contains(text, "japan") {
		t.Error(text)
	}
}

func TestOptionsReachTheEngine(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant, createGroup)
	id := "00000000-0000-4000-8000-000000000007"
	options := connectorgroups.Options{
		PageSize: 1, TrustsForwardedHeaders: true,
		Now:       func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 3600)) },
		RequestID: func() string { return id },
	}
	response, text := asked(t, directory, options, "GET", groups, "X-Forwarded-Host", "proxy.contoso.com")
	var page struct {
		Next string `json:"@odata.nextLink"`
	}
	if err := json.Unmarshal([]byte(text), &page); err != nil || !strings.HasPrefix(page.Next, "https://proxy.contoso.com/") {
		t.Error(text, err)
	}
	if response.Header.Get("request-id") != id {
		t.Error(response.Header)
	}
	if _, text := asked(t, directory, options, "GET", groups+"/none"); !strings.Contains(text, `"2026-03-02T08:00:00Z"`) {
		t.Error(text)
	}
}

func TestEachOptionChangesAnAnswer(t *testing.T) {
	application := "a0000000-0000-4000-8000-000000000001"
	create := command{"tenant": tenant, "command": "createApplication", "id": application, "appId": group, "displayName": "A"}
	directory := connectorgroupstest.Directory(t, createTenant, createGroup, create)
	publishing := "https://graph.microsoft.com/beta/applications/" + application + "/onPremisesPublishing"
	for what, one := range map[string]struct {
		method, url   string
		plain, chosen int
		options       connectorgroups.Options
	}{
		"a body that is too long":      {"POST", groups, 400, 413, connectorgroups.Options{BodyBytesMax: 1}},
		"more than a page may have":    {"GET", groups + "?$top=5", 200, 400, connectorgroups.Options{PageSizeMax: 4}},
		"no applications":              {"GET", groups + "/" + group + "/applications", 200, 404, connectorgroups.Options{EmptyGroupApplicationsNotFound: true}},
		"never published":              {"GET", publishing, 204, 404, connectorgroups.Options{UnpublishedNotEnabled: true}},
		"no connector":                 {"GET", groups, 200, 404, connectorgroups.Options{ConnectorlessTenantNotEnabled: true}},
		"a token that names no tenant": {"GET", groups, 401, 200, connectorgroups.Options{Anonymous: tenant}},
	} {
		for options, expected := range map[*connectorgroups.Options]int{{}: one.plain, &one.options: one.chosen} {
			request, err := http.NewRequest(one.method, one.url, strings.NewReader(`{"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			if one.plain != 401 {
				request.Header.Set("Authorization", "Bearer "+tenant)
			}
			response, err := directory.RoundTripper(*options).RoundTrip(request)
			if err != nil || response.StatusCode != expected {
				t.Errorf("%s: %v %v, not %d", what, response.Status, err, expected)
			}
		}
	}
}

func TestIDsAreRandom(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	first, _ := asked(t, directory, connectorgroups.Options{}, "GET", groups)
	second, _ := asked(t, directory, connectorgroups.Options{}, "GET", groups)
	if first.Header.Get("request-id") == second.Header.Get("request-id") {
		t.Error(first.Header)
	}
}

func TestABodyIsReadAndClosed(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	tripper := directory.RoundTripper(connectorgroups.Options{Anonymous: tenant})
	send := func(ctx context.Context, body *body) error {
		request, err := http.NewRequestWithContext(ctx, "POST", groups, body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		_, err = tripper.RoundTrip(request)
		if !body.closed {
			t.Error("a round tripper closes the body")
		}
		return err
	}
	if err := send(context.Background(), &body{Reader: strings.NewReader(`{"name":"A"}`)}); err != nil {
		t.Error(err)
	}
	broken := errors.New("broken")
	if err := send(context.Background(), &body{Reader: failing{broken}}); !errors.Is(err, broken) {
		t.Error(err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if err := send(ended, &body{Reader: strings.NewReader(`{"name":"B"}`)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if document, err := directory.Document(); err != nil || strings.Contains(string(document), `"B"`) {
		t.Errorf("%s %v", document, err)
	}
}

type failing struct{ err error }

func (failing failing) Read([]byte) (int, error) { return 0, failing.err }
