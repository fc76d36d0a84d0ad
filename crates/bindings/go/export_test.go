package connectorgroups

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/tetratelabs/wazero/api"

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

// Between gives how many handles were given out after that of one directory and before that of another, and how many of those
// still name something. Handles are counted up.
func Between(first, last *Directory) (given, kept int) {
	engine := first.engine
	for handle := first.handle + 1; handle < last.handle; handle++ {
		given++
		data, err := engine.call("cg_buffer_data", handle)
		if _, _, failed := engine.ask("cg_document", []uint64{handle}, nil, true); err != nil || data != 0 || failed == nil {
			kept++
		}
	}
	return given, kept
}

type replaced struct {
	api.Function
	by func(arguments []uint64) []uint64
}

func (function replaced) Call(_ context.Context, arguments ...uint64) ([]uint64, error) {
	return function.by(arguments), nil
}

// Replace puts another function in the place of one of the engine's while a test runs.
func Replace(t *testing.T, name string, by func(arguments []uint64) []uint64) {
	engine, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	before := engine.calls[name]
	engine.calls[name] = replaced{before, by}
	t.Cleanup(func() { engine.calls[name] = before })
}
