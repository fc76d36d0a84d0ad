package connectorgroups_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
	"github.com/connector-groups/connector-groups/crates/bindings/go/connectorgroupstest"
)

func snapshot(t *testing.T, directory *connectorgroups.Directory) *connectorgroups.Directory {
	t.Helper()
	return must[*connectorgroups.Directory](t)(directory.Snapshot())
}

func TestWhatIsGivenIsLetGo(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	// A buffer for what is given is kept; each of these is longer than the one before, and needs a new one.
	long := func(length int) []byte { return []byte(strings.Repeat(" ", length)) }
	must[[]byte](t)(directory.ApplyLines(long(10_000)))
	first := snapshot(t, directory)
	must[[]byte](t)(directory.ApplyLines(long(20_000)))
	must[[]byte](t)(directory.ApplyLines(long(30_000)))
	must[[]byte](t)(directory.Document())
	if err := snapshot(t, directory).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := connectorgroups.Load([]byte("{"), 0); err == nil {
		t.Fatal("a document")
	}
	var held *connectorgroups.Directory
	t.Run("a test of its own", func(t *testing.T) {
		connectorgroupstest.Isolate(t, directory)
		held = connectorgroupstest.Directory(t)
	})
	if _, err := held.Document(); err == nil {
		t.Error("closed when its test has ended")
	}
	if given, kept := connectorgroups.Between(first, snapshot(t, directory)); given != 8 || kept != 1 {
		t.Errorf("%d of %d are still there, not the last buffer alone of 8", kept, given)
	}
}

func TestWhatNobodyRefersToIsLetGo(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	first := snapshot(t, directory)
	snapshot(t, directory)
	last := snapshot(t, directory)
	for range 1000 {
		if given, kept := connectorgroups.Between(first, last); given == 1 && kept == 0 {
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	t.Error("it is still there")
}

func TestLinesMayBeLonger(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	for _, length := range []int{1, 5_000, 1_000_000, 10, 2_000_000} {
		line := `{"tenant":"` + strings.Repeat("x", length) + `"}`
		answer := must[[]byte](t)(directory.ApplyLines([]byte(line)))
		if !strings.HasPrefix(string(answer), `{"invalid":"`) {
			t.Errorf("%d: %s", length, answer)
		}
	}
	must[[]byte](t)(directory.Document())
}

func TestTheHashSeedIsHandedOver(t *testing.T) {
	var seeds []uint64
	connectorgroups.Replace(t, "cg_directory", func(arguments []uint64) []uint64 {
		seeds = append(seeds, arguments[0])
		return []uint64{0}
	})
	_, _ = connectorgroups.New(7)
	if len(seeds) != 1 || seeds[0] != 7 {
		t.Error(seeds)
	}
}

func TestWithoutRoomACallIsAnError(t *testing.T) {
	directory := connectorgroupstest.Directory(t, createTenant)
	connectorgroups.Replace(t, "cg_buffer", func([]uint64) []uint64 { return []uint64{0} })
	_, err := directory.ApplyLines([]byte(strings.Repeat(" ", 5_000_000)))
	var refused *connectorgroups.Error
	if !errors.As(err, &refused) || refused.Status != 5 {
		t.Error(err)
	}
}

// reporter is a test that a helper may fail.
type reporter struct {
	testing.TB
	failed bool
}

func (reporter *reporter) Helper()        {}
func (reporter *reporter) Cleanup(func()) {}
func (reporter *reporter) Fatalf(string, ...any) {
	reporter.failed = true
}

func TestARefusedCommandFailsTheTest(t *testing.T) {
	for _, commands := range [][]any{{createTenant, createTenant}, {command{"command": "?"}}} {
		reporter := &reporter{TB: t}
		_ = connectorgroupstest.Directory(reporter, commands...).Close()
		if !reporter.failed {
			t.Error(commands)
		}
	}
}
