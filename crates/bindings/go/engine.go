// Package connectorgroups is Microsoft Graph's application proxy connector groups in-process: the engine as WebAssembly, run
// by wazero without cgo, and an http.RoundTripper that answers as Graph does.
package connectorgroups

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

//go:generate go run ./cmd/build

// Version is that of the engine.
const Version = "0.1.0"

const (
	statusMemory     = 5
	statusViolations = 4
	// The answer of a call in the engine's memory: its handle, where its bytes are, and how many.
	answerBytes = 12
	inputBytes  = 4096
)

//go:embed wasm
var files embed.FS

// ErrNotBuilt says that this is a checkout in which nobody has run go generate; a released version has the engine in it.
var ErrNotBuilt = errors.New("connectorgroups: the engine is not built: go generate in crates/bindings/go")

// Error is what the engine says of a call that it cannot do.
type Error struct {
	// Status is that of the header of crates/abi.
	Status uint32
	// Text says why; JSON where a document has violations.
	Text string
}

func (err *Error) Error() string { return "connectorgroups: " + err.Text }

// Violation is something that is wrong with a document.
type Violation struct {
	Tenant    string `json:"tenant"`
	Violation string `json:"violation"`
}

// Violations of a document that a directory could not be made of.
func (err *Error) Violations() []Violation {
	var all struct{ Violations []Violation }
	if err.Status != statusViolations || json.Unmarshal([]byte(err.Text), &all) != nil {
		return nil
	}
	return all.Violations
}

// engine is one instance, which does one call at a time.
type engine struct {
	lock   sync.Mutex
	memory api.Memory
	calls  map[string]api.Function
	answer uint64
	// A buffer in the engine's memory that is kept, as most calls are short.
	input, inputData, inputLength uint64
}

var names = []string{
	"cg_buffer", "cg_buffer_data", "cg_drop", "cg_directory", "cg_apply", "cg_decide", "cg_respond", "cg_document", "cg_snapshot",
	"cg_restore", "cg_impact", "cg_plan", "cg_diff", "cg_audit",
}

// override is for the tests of this package, which build the engine themselves.
var override []byte

var loaded = sync.OnceValues(func() (*engine, error) {
	wasm := override
	if wasm == nil {
		var err error
		if wasm, err = files.ReadFile("wasm/connector_groups.wasm"); err != nil {
			return nil, ErrNotBuilt
		}
	}
	ctx := context.Background()
	config := wazero.NewRuntimeConfig()
	// Compiling takes most of a second; what was compiled is kept for the next process, where there is a place for it.
	if place, err := os.UserCacheDir(); err == nil {
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(place, "connector-groups")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	module, err := wazero.NewRuntimeWithConfig(ctx, config).Instantiate(ctx, wasm)
	if err != nil {
		return nil, fmt.Errorf("connectorgroups: %w", err)
	}
	engine := &engine{memory: module.Memory(), calls: map[string]api.Function{}}
	for _, name := range names {
		if engine.calls[name] = module.ExportedFunction(name); engine.calls[name] == nil {
			return nil, fmt.Errorf("connectorgroups: the engine has no %s", name)
		}
	}
	buffer, err := engine.call("cg_buffer", answerBytes)
	if err != nil {
		return nil, err
	}
	engine.answer, err = engine.call("cg_buffer_data", buffer)
	return engine, err
})

func (engine *engine) call(name string, arguments ...uint64) (uint64, error) {
	results, err := engine.calls[name].Call(context.Background(), arguments...)
	if err != nil {
		return 0, fmt.Errorf("connectorgroups: %s: %w", name, err)
	}
	return results[0], nil
}

// given writes bytes to where the engine reads them.
func (engine *engine) given(bytes []byte) error {
	if length := uint64(len(bytes)); length > engine.inputLength {
		if _, err := engine.call("cg_drop", engine.input); err != nil {
			return err
		}
		engine.inputLength = 0
		var err error
		if engine.input, err = engine.call("cg_buffer", max(length, inputBytes)); err != nil {
			return err
		}
		if engine.inputData, err = engine.call("cg_buffer_data", engine.input); err != nil {
			return err
		}
		if engine.inputData == 0 {
			return &Error{statusMemory, fmt.Sprintf("there is no room for %d bytes", length)}
		}
		engine.inputLength = max(length, inputBytes)
	}
	engine.memory.Write(uint32(engine.inputData), bytes)
	return nil
}

// ask does one call and gives the new directory's handle, or the bytes.
func (engine *engine) ask(name string, before []uint64, bytes []byte, hasBytes bool) (uint64, []byte, error) {
	engine.lock.Lock()
	defer engine.lock.Unlock()
	arguments := before
	if hasBytes {
		if err := engine.given(bytes); err != nil {
			return 0, nil, err
		}
		arguments = append(arguments, engine.inputData, uint64(len(bytes)))
	}
	status, err := engine.call(name, append(arguments, engine.answer)...)
	if err != nil {
		return 0, nil, err
	}
	handle, _ := engine.memory.ReadUint32Le(uint32(engine.answer))
	data, _ := engine.memory.ReadUint32Le(uint32(engine.answer) + 4)
	length, _ := engine.memory.ReadUint32Le(uint32(engine.answer) + 8)
	if data == 0 && status == 0 {
		return uint64(handle), nil, nil
	}
	view, _ := engine.memory.Read(data, length)
	// A copy: the next call may write there.
	answer := append([]byte{}, view...)
	if _, err := engine.call("cg_drop", uint64(handle)); err != nil {
		return 0, nil, err
	}
	if status != 0 {
		return 0, nil, &Error{uint32(status), string(answer)}
	}
	return 0, answer, nil
}

// Directory is tenants by id, each a closed world. Goroutines may share one, and wait for each other.
type Directory struct {
	engine *engine
	handle uint64
}

// New is a directory without tenants that finds ids with a hash seed; take a random one where ids come from strangers.
func New(hashSeed uint64) (*Directory, error) { return Load(nil, hashSeed) }

// Load is the directory that a document tells of, that of a directory or of one tenant.
func Load(document []byte, hashSeed uint64) (*Directory, error) {
	engine, err := loaded()
	if err != nil {
		return nil, err
	}
	handle, _, err := engine.ask("cg_directory", []uint64{hashSeed}, document, true)
	return engine.directory(handle), err
}

func (engine *engine) directory(handle uint64) *Directory {
	if handle == 0 {
		return nil
	}
	directory := &Directory{engine, handle}
	// One that nobody refers to any more is let go, if Close has not done it.
	runtime.SetFinalizer(directory, (*Directory).Close)
	return directory
}

// Close lets the memory go at once; later calls give an Error.
func (directory *Directory) Close() error {
	directory.engine.lock.Lock()
	defer directory.engine.lock.Unlock()
	_, err := directory.engine.call("cg_drop", directory.handle)
	directory.handle = 0
	runtime.SetFinalizer(directory, nil)
	return err
}

func (directory *Directory) bytes(name string, bytes []byte) ([]byte, error) {
	_, answer, err := directory.engine.ask(name, []uint64{directory.handle}, bytes, true)
	// Not before here: the collector must not close it during the call.
	runtime.KeepAlive(directory)
	return answer, err
}

// ApplyLines applies commands, lines of the replay format, and gives a line of answer for each that is not blank.
func (directory *Directory) ApplyLines(lines []byte) ([]byte, error) {
	return directory.bytes("cg_apply", lines)
}

// DecideLines is what each line would do to the directory as it stands, without doing it.
func (directory *Directory) DecideLines(lines []byte) ([]byte, error) {
	return directory.bytes("cg_decide", lines)
}

// Respond gives the response to a request, both laid out as HTTP/1.1 does; RoundTripper is more convenient.
func (directory *Directory) Respond(request []byte) ([]byte, error) {
	return directory.bytes("cg_respond", request)
}

// Document is the whole directory as JSON.
func (directory *Directory) Document() ([]byte, error) { return directory.bytes("cg_document", nil) }

// Impact is what a command, or {"tenant":…,"loss":{…}}, would change for availability, as JSON.
func (directory *Directory) Impact(question []byte) ([]byte, error) {
	return directory.bytes("cg_impact", question)
}

// Plan is the commands that lead to a desired state: {"tenant":…,"desired":{…},"options":{…},"newIds":[…]}, as JSON.
func (directory *Directory) Plan(question []byte) ([]byte, error) {
	return directory.bytes("cg_plan", question)
}

// Diff is what sets a tenant here apart from the same tenant in another directory: {"tenant":…}, as JSON.
func (directory *Directory) Diff(to *Directory, question []byte) ([]byte, error) {
	_, answer, err := directory.engine.ask("cg_diff", []uint64{directory.handle, to.handle}, question, true)
	runtime.KeepAlive(directory)
	runtime.KeepAlive(to)
	return answer, err
}

// Audit is all that is wrong with a document, as JSON.
func Audit(document []byte) ([]byte, error) {
	engine, err := loaded()
	if err != nil {
		return nil, err
	}
	_, answer, err := engine.ask("cg_audit", nil, document, true)
	return answer, err
}

// Snapshot is a copy: later changes of the one are not seen in the other. It costs next to nothing.
func (directory *Directory) Snapshot() (*Directory, error) {
	handle, _, err := directory.engine.ask("cg_snapshot", []uint64{directory.handle}, nil, false)
	runtime.KeepAlive(directory)
	return directory.engine.directory(handle), err
}

// Restore makes this directory what another one is.
func (directory *Directory) Restore(snapshot *Directory) error {
	directory.engine.lock.Lock()
	defer directory.engine.lock.Unlock()
	status, err := directory.engine.call("cg_restore", directory.handle, snapshot.handle)
	runtime.KeepAlive(directory)
	runtime.KeepAlive(snapshot)
	if err == nil && status != 0 {
		return &Error{uint32(status), "a directory that was closed"}
	}
	return err
}

// Answer is that to one command: what happened, or why nothing did.
type Answer struct {
	// Accepted is what happened, an event each.
	Accepted []json.RawMessage `json:"accepted"`
	// Refused is why nothing did; its field code is stable.
	Refused json.RawMessage `json:"refused"`
	// Invalid is why it is no command.
	Invalid string `json:"invalid"`
}

// Apply applies commands, each whatever encoding/json makes an object of; the answers are in their order.
func (directory *Directory) Apply(commands ...any) ([]Answer, error) {
	var lines []byte
	for _, command := range commands {
		line, err := json.Marshal(command)
		if err != nil {
			return nil, err
		}
		lines = append(append(lines, line...), '\n')
	}
	bytes, err := directory.ApplyLines(lines)
	if err != nil {
		return nil, err
	}
	return answers(bytes)
}
