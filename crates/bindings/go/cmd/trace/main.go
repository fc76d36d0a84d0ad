// Trace reads calls and writes answers, as crates/abi/examples/trace.rs lays them out: trace < calls > answers, or trace time.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	connectorgroups "github.com/connector-groups/connector-groups/crates/bindings/go"
)

var begin = time.Now()

func check[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	directory := check(connectorgroups.New(0))
	if len(os.Args) == 2 && os.Args[1] == "time" {
		measure(directory)
		return
	}
	if err := run(directory); err != nil {
		log.Fatal(err)
	}
}

func run(directory *connectorgroups.Directory) error {
	state := trace{directory: directory, kept: check(connectorgroups.New(0))}
	calls, answers := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		head, err := calls.ReadString('\n')
		if err == io.EOF {
			return answers.Flush()
		} else if err != nil {
			return err
		}
		name, length, _ := strings.Cut(strings.TrimSpace(head), " ")
		bytes := make([]byte, check(strconv.Atoi(length))+1)
		if _, err := io.ReadFull(calls, bytes); err != nil {
			return err
		}
		status := uint32(0)
		answer, err := state.answer(name, bytes[:len(bytes)-1])
		var refused *connectorgroups.Error
		if errors.As(err, &refused) {
			status, answer = refused.Status, []byte(refused.Text)
		} else if err != nil {
			return err
		}
		fmt.Fprintf(answers, "%d %d\n%s\n", status, len(answer), answer)
	}
}

type trace struct{ directory, kept *connectorgroups.Directory }

func (trace *trace) answer(name string, bytes []byte) ([]byte, error) {
	swap := func(place **connectorgroups.Directory, next *connectorgroups.Directory, err error) ([]byte, error) {
		if err == nil {
			_ = (*place).Close()
			*place = next
		}
		return nil, err
	}
	switch name {
	case "new":
		next, err := connectorgroups.New(check(strconv.ParseUint(string(bytes), 10, 64)))
		return swap(&trace.directory, next, err)
	case "load":
		next, err := connectorgroups.Load(bytes, 0)
		return swap(&trace.directory, next, err)
	case "snapshot":
		next, err := trace.directory.Snapshot()
		return swap(&trace.kept, next, err)
	case "restore":
		return nil, trace.directory.Restore(trace.kept)
	case "apply":
		return trace.directory.ApplyLines(bytes)
	case "decide":
		return trace.directory.DecideLines(bytes)
	case "respond":
		return trace.directory.Respond(bytes)
	case "document":
		return trace.directory.Document()
	case "impact":
		return trace.directory.Impact(bytes)
	case "plan":
		return trace.directory.Plan(bytes)
	case "diff":
		return trace.kept.Diff(trace.directory, bytes)
	case "audit":
		return connectorgroups.Audit(bytes)
	}
	return nil, fmt.Errorf("no call %s", name)
}

// measure times the same calls as every binding does, in nanoseconds.
func measure(directory *connectorgroups.Directory) {
	cold := time.Since(begin).Nanoseconds()
	const tenant, group = "7e000000-0000-4000-8000-000000000001", "9d000000-0000-4000-8000-000000000001"
	check(directory.ApplyLines(check(os.ReadFile("../../../examples/contoso.jsonl"))))
	line := []byte(`{"tenant":"` + tenant + `","command":"updateConnectorGroup","id":"` + group + `","name":"Datacenter Amsterdam"}`)
	url := "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/" + group
	request := []byte("GET " + url + "\nauthorization: Bearer " + tenant + "\n:call: {\"now\":\"2026-03-02T08:00:00Z\"}\n\n")
	each := func(ask func()) int64 {
		begin := time.Now()
		for range 20_000 {
			ask()
		}
		return time.Since(begin).Nanoseconds() / 20_000
	}
	apply := each(func() { check(directory.ApplyLines(line)) })
	respond := each(func() { check(directory.Respond(request)) })
	snapshot := each(func() { check(0, check(directory.Snapshot()).Close()) })
	fmt.Printf("{\"language\":\"go\",\"cold\":%d,\"apply\":%d,\"respond\":%d,\"snapshot\":%d}\n", cold, apply, respond, snapshot)
}
