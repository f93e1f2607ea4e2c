//go:build ignore

// Generate writes the fidelity page.
package main

import (
	"log"
	"os"

	"github.com/terra-go/terra/internal/fidelity"
)

func main() {
	const dir = "../../docs"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(dir+"/sandbox-fidelity.md", fidelity.Page(), 0o644); err != nil {
		log.Fatal(err)
	}
}
