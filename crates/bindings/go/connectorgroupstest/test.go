// Package connectorgroupstest is for tests: a directory that is for every test as it was before.
package connectorgroupstest

import (
	"net/http"
	"testing"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
)

// Directory is a new directory with what the commands make; each must be accepted. It is closed when the test ends.
func Directory(t testing.TB, commands ...any) *connectorgroups.Directory {
	t.Helper()
	directory, err := connectorgroups.New(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = directory.Close() })
	answers, err := directory.Apply(commands...)
	if err != nil {
		t.Fatal(err)
	}
	for number, answer := range answers {
		if answer.Accepted == nil {
			t.Fatalf("command %d: %s%s", number, answer.Refused, answer.Invalid)
		}
	}
	return directory
}

// Isolate takes a snapshot, and restores it when the test ends.
func Isolate(t testing.TB, directory *connectorgroups.Directory) {
	t.Helper()
	before, err := directory.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := directory.Restore(before); err != nil {
			t.Error(err)
		}
		_ = before.Close()
	})
}

// Client is an http.Client whose requests the directory answers for one tenant, with or without a token.
func Client(directory *connectorgroups.Directory, tenant string) *http.Client {
	return &http.Client{Transport: directory.RoundTripper(connectorgroups.Options{Anonymous: tenant})}
}
