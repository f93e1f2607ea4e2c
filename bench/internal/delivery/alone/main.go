// Command alone measures the contenders of package delivery with the body on its
// standard input, in a process with nothing else in its memory: every cycle of the
// garbage collector looks through the variables of all packages, of which other JSON
// libraries and databases have many. It writes the costs as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/terra-go/terra/bench/internal/delivery"
	"github.com/terra-go/terra/bench/internal/measure"
)

func main() {
	if err := run(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "alone:", err)
		os.Exit(1)
	}
}

// run takes a Measurer as JSON.
func run(how string, in io.Reader, out io.Writer) error {
	runtime.GOMAXPROCS(1)
	var m measure.Measurer
	if err := json.Unmarshal([]byte(how), &m); err != nil {
		return err
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	contenders, err := delivery.Contenders(body)
	if err != nil {
		return err
	}
	costs, err := m.Measure(contenders)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(costs)
}
