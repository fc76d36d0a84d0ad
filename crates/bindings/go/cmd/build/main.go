// Build puts the engine into the folder wasm: go generate calls it.
package main

import (
	"log"

	"github.com/connector-groups/connector-groups/crates/bindings/go/internal/build"
)

func main() {
	if _, err := build.Engine("."); err != nil {
		log.Fatal(err)
	}
}
