// Package build builds the engine with cargo.
package build

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Engine builds the engine and puts it into the folder wasm of the module whose folder is given. Where Node and the tools of
// the JavaScript package are there, it is the small one that every package has; else it does the same and is bigger.
func Engine(module string) ([]byte, error) {
	module, err := filepath.Abs(module)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(module, "../../..")
	out := filepath.Join(module, "wasm/connector_groups.wasm")
	javascript := filepath.Join(root, "crates/bindings/js")
	node, missing := exec.LookPath("node")
	if _, err := os.Stat(filepath.Join(javascript, "node_modules/binaryen")); missing == nil && err == nil {
		if err := run(javascript, node, "scripts/wasm.mjs", out); err != nil {
			return nil, err
		}
		return os.ReadFile(out)
	}
	fmt.Println("the engine is not made small: `npm ci` in crates/bindings/js has not been run")
	if err := run(root, "cargo", "build", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "connector-groups-abi", "--lib"); err != nil {
		return nil, err
	}
	target := os.Getenv("CARGO_TARGET_DIR")
	if target == "" {
		target = filepath.Join(root, "target")
	}
	wasm, err := os.ReadFile(filepath.Join(target, "wasm32-unknown-unknown/wasm/connector_groups_abi.wasm"))
	if err != nil {
		return nil, err
	}
	return wasm, os.WriteFile(out, wasm, 0o644)
}

func run(folder, name string, arguments ...string) error {
	command := exec.Command(name, arguments...)
	command.Dir, command.Stdout, command.Stderr = folder, os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return errors.Join(fmt.Errorf("%s cannot build the engine", name), err)
	}
	return nil
}
