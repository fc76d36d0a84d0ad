package connectorgroups

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func answers(lines []byte) ([]Answer, error) {
	var all []Answer
	decoder := json.NewDecoder(bytes.NewReader(lines))
	for {
		var answer Answer
		if err := decoder.Decode(&answer); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, answer)
	}
}

// Options are what may differ from one server to another; the zero value is the live service as it was seen.
type Options struct {
	// Now is the time that errors tell; the clock's where nil.
	Now func() time.Time `json:"-"`
	// RequestID is a GUID a request, from which the ids of what it makes follow; random where nil.
	RequestID func() string `json:"-"`
	// Anonymous is the tenant of requests whose token is absent or names no tenant.
	Anonymous string `json:"anonymous,omitempty"`
	// Documented is what Microsoft's pages say in place of what the live service does.
	Documented bool `json:"documented"`
	// PageSize of lists, unless $top asks for another; 100 where 0.
	PageSize int `json:"pageSize,omitempty"`
	// PageSizeMax is the most that $top may ask for; 999 where 0.
	PageSizeMax int `json:"pageSizeMax,omitempty"`
	// BodyBytesMax is the longest body that is read; 4 MiB where 0.
	BodyBytesMax int `json:"bodyBytesMax,omitempty"`
	// TrustsForwardedHeaders lets X-Forwarded-Proto and X-Forwarded-Host say where links lead.
	TrustsForwardedHeaders bool `json:"trustsForwardedHeaders"`
	// EmptyGroupApplicationsNotFound answers 404 for the applications of a group that has none, and not an empty list.
	EmptyGroupApplicationsNotFound bool `json:"emptyGroupApplicationsNotFound"`
	// UnpublishedNotEnabled answers 404 for how an application is published before it first is.
	UnpublishedNotEnabled bool `json:"unpublishedNotEnabled"`
	// ConnectorlessTenantNotEnabled answers 404 for all of application proxy while the tenant has no connector.
	ConnectorlessTenantNotEnabled bool `json:"connectorlessTenantNotEnabled"`
	// Stale answers reads from a snapshot: a service whose reads lag.
	Stale *Directory `json:"-"`
}

// call is the field :call of a request: the options, and what it cannot know by itself.
type call struct {
	Options
	Now       string `json:"now"`
	RequestID string `json:"requestId"`
	Stale     uint64 `json:"stale,omitempty"`
}

// RoundTripper answers requests as Microsoft Graph does, without a server. The bearer token is the id of a tenant.
func (directory *Directory) RoundTripper(options Options) http.RoundTripper {
	return roundTripper{directory, options}
}

type roundTripper struct {
	directory *Directory
	options   Options
}

func (tripper roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	var wire bytes.Buffer
	fmt.Fprintf(&wire, "%s %s\n", request.Method, request.URL)
	for name, values := range request.Header {
		for _, value := range values {
			fmt.Fprintf(&wire, "%s: %s\n", name, value)
		}
	}
	call, err := json.Marshal(tripper.options.call())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&wire, ":call: %s\n\n", call)
	if request.Body != nil {
		defer request.Body.Close()
		if _, err := wire.ReadFrom(request.Body); err != nil {
			return nil, err
		}
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	answer, err := tripper.directory.Respond(wire.Bytes())
	if err != nil {
		return nil, err
	}
	return response(request, answer)
}

func (options Options) call() call {
	now, call := time.Now(), call{Options: options}
	if options.Now != nil {
		now = options.Now()
	}
	call.Now = now.Format(time.RFC3339Nano)
	if options.RequestID != nil {
		call.RequestID = options.RequestID()
	} else {
		var random [16]byte
		_, _ = rand.Read(random[:])
		call.RequestID = fmt.Sprintf("%x", random)
	}
	if options.Stale != nil {
		call.Stale = options.Stale.handle
	}
	return call
}

// response reads a response as the engine lays it out: the status, headers, a blank line, the body.
func response(request *http.Request, answer []byte) (*http.Response, error) {
	head, body, _ := bytes.Cut(answer, []byte("\n\n"))
	lines := bufio.NewScanner(bytes.NewReader(head))
	lines.Scan()
	status, err := strconv.Atoi(lines.Text())
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		header.Add(name, value)
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}, nil
}
