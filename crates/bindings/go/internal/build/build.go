// Package build builds the engine with cargo.
package build

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Engine builds the engine and puts it into the folder wasm of the module whose folder is given.
func Engine(module string) ([]byte, error) {
	root := filepath.Join(module, "../../..")
	cargo := exec.Command("cargo", "build", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "-p", "connector-groups-abi", "--lib")
	cargo.Dir, cargo.Stdout, cargo.Stderr = root, os.Stdout, os.Stderr
	if err := cargo.Run(); err != nil {
		return nil, errors.Join(errors.New("cargo cannot build the engine"), err)
	}
	target := os.Getenv("CARGO_TARGET_DIR")
	if target == "" {
		target = filepath.Join(root, "target")
	}
	wasm, err := os.ReadFile(filepath.Join(target, "wasm32-unknown-unknown/wasm/connector_groups_abi.wasm"))
	if err != nil {
		return nil, err
	}
	return wasm, os.WriteFile(filepath.Join(module, "wasm/connector_groups.wasm"), wasm, 0o644)
}
