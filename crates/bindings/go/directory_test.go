package connectorgroups_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
	"github.com/connector-groups/connector-groups/crates/bindings/go/connectorgroupstest"
)

const (
	tenant = "7e000000-0000-4000-8000-000000000001"
	group  = "9d000000-0000-4000-8000-000000000001"
)

type command map[string]any

var (
	createTenant = command{
		"command": "createTenant", "id": tenant, "defaultRegion": "eur", "now": "2026-03-02T08:00:00Z",
		"defaultConnectorGroup": command{"id": "9d000000-0000-4000-8000-000000000000"},
	}
	createGroup = command{"tenant": tenant, "command": "createConnectorGroup", "id": group, "name": "Zürich", "region": "nam"}
)

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestCommandsAreAnsweredInOrder(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	answers, err := directory.Apply(createGroup, createGroup, command{"command": "?"})
	if err != nil || len(answers) != 3 {
		t.Fatal(answers, err)
	}
	if len(answers[0].Accepted) != 1 || !bytes.Contains(answers[0].Accepted[0], []byte(`"name":"Zürich"`)) {
		t.Errorf("%s", answers[0].Accepted)
	}
	if !bytes.Contains(answers[1].Refused, []byte(`"code":"alreadyExists"`)) || !strings.Contains(answers[2].Invalid, "unknown variant") {
		t.Errorf("%s %s", answers[1].Refused, answers[2].Invalid)
	}
}

func TestSnapshotsDocumentsAndDiff(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	before := must[*connectorgroups.Directory](t)(directory.Snapshot())
	document := must[[]byte](t)
	first := document(directory.Document())
	line, _ := json.Marshal(createGroup)
	dry := document(directory.DecideLines(line))
	if !bytes.Equal(document(directory.Document()), first) {
		t.Error("a dry run changes nothing")
	}
	if !bytes.Equal(document(directory.ApplyLines(line)), dry) {
		t.Error("a dry run says what happens")
	}
	second := document(directory.Document())
	if bytes.Equal(first, second) || !bytes.Equal(document(before.Document()), first) {
		t.Error("a snapshot stays as it was")
	}
	question := []byte(`{"tenant":"` + tenant + `"}`)
	if diff := document(before.Diff(directory, question)); !bytes.Contains(diff, []byte(`"commands":[{"command":"createConnectorGroup"`)) {
		t.Errorf("%s", diff)
	}
	read := must[*connectorgroups.Directory](t)(connectorgroups.Load(second, 0))
	if !bytes.Equal(document(read.Document()), second) {
		t.Error("a document is read as it was written")
	}
	if err := directory.Restore(before); err != nil || !bytes.Equal(document(directory.Document()), first) {
		t.Error("restored", err)
	}
}

func TestImpactPlanAndAudit(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant, createGroup)
	text := must[[]byte](t)
	for what, got := range map[string][]byte{
		`{"impact":`:                    text(directory.Impact([]byte(`{"tenant":"` + tenant + `","loss":{"region":"eur"}}`))),
		`{"plan":{"steps":[{"command":`: text(directory.Plan([]byte(`{"tenant":"` + tenant + `","desired":{"absent":["Zürich"]}}`))),
		`{"violations":[]}`:             text(connectorgroups.Audit(text(directory.Document()))),
	} {
		if !bytes.HasPrefix(got, []byte(what)) {
			t.Errorf("%s: %s", what, got)
		}
	}
	broken := bytes.Replace(text(directory.Document()), []byte(`"isDefault":true`), []byte(`"isDefault":false`), 1)
	_, err := connectorgroups.Load(broken, 0)
	var refused *connectorgroups.Error
	if !errors.As(err, &refused) || len(refused.Violations()) == 0 || !strings.Contains(refused.Violations()[0].Violation, "I1") {
		t.Error(err)
	}
}

func TestWhatIsClosedOrWrongIsAnError(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	closed := must[*connectorgroups.Directory](t)(directory.Snapshot())
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	_, document := closed.Document()
	_, snapshot := closed.Snapshot()
	_, load := connectorgroups.Load([]byte("\xff\xfe"), 0)
	_, respond := directory.Respond([]byte("nonsense"))
	for number, err := range []error{document, snapshot, load, respond, directory.Restore(closed)} {
		var refused *connectorgroups.Error
		if !errors.As(err, &refused) {
			t.Errorf("%d: %v", number, err)
		}
	}
	if answer, err := directory.ApplyLines([]byte("\xff\xfe\x00")); err != nil || !bytes.Contains(answer, []byte("invalid")) {
		t.Errorf("%s %v", answer, err)
	}
}

func TestGoroutinesShareADirectory(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	var group sync.WaitGroup
	begin := make(chan struct{})
	for worker := range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			<-begin
			for count := range 1000 {
				create := command{"tenant": tenant, "command": "createConnectorGroup", "name": "A"}
				create["id"] = fmt.Sprintf("9d000000-0000-4000-8000-%04d%08d", worker+1, count)
				if answers, err := directory.Apply(create); err != nil || answers[0].Accepted == nil {
					t.Error(answers, err)
					return
				}
			}
		}()
	}
	close(begin)
	group.Wait()
	if document, err := directory.Document(); err != nil || bytes.Count(document, []byte(`"name":"A"`)) != 4000 {
		t.Error(err)
	}
}
