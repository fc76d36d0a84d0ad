package connectorgroups

import (
	"fmt"
	"os"
	"testing"

	"github.com/connector-groups/connector-groups/crates/bindings/go/internal/build"
)

// TestMain builds the engine, so that go test alone tests the source as it is and never an engine that was built before.
func TestMain(m *testing.M) {
	var err error
	if override, err = build.Engine("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
