package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/terra-go/terra/bench/internal/measure"
)

// The programs whose size is told: one that receives and asks, and one that has
// nothing but what the standard library brings for that.
const (
	ownProgram = `package main

import (
	"net/http"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/webhook"
)

func main() {
	client, err := terra.New(terra.Credentials{DevID: "id", APIKey: "key"})
	if err != nil {
		panic(err)
	}
	_ = client
	verifier, err := webhook.NewVerifier([]string{"secret"})
	if err != nil {
		panic(err)
	}
	http.ListenAndServe(":8080", webhook.NewHandler(verifier, webhook.NewMux()))
}
`
	standardProgram = `package main

import (
	"encoding/json"
	"net/http"
)

func main() {
	http.Handle("/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event any
		json.NewDecoder(r.Body).Decode(&event)
		http.Get("http://localhost")
	}))
	http.ListenAndServe(":8080", nil)
}
`
)

// footprintSection builds them with an empty build cache: the standard library,
// then our packages, then the programs.
func footprintSection(r *report, _ measure.Measurer) error {
	dir, err := os.MkdirTemp("", "footprint")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := builder{dir: dir}
	root, err := b.output("go", "list", "-m", "-f", "{{.Dir}}", "github.com/terra-go/terra")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"go.mod": "module example.com/footprint\n\ngo 1.26\n\n" +
			"require github.com/terra-go/terra v0.0.0\n\nreplace github.com/terra-go/terra => " + root + "\n",
		"own/main.go":      ownProgram,
		"standard/main.go": standardProgram,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return b.report(r)
}

type builder struct{ dir string }

func (b builder) report(r *report) error {
	deps, err := b.output("go", "list", "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{end}}", "./own")
	if err != nil {
		return err
	}
	if _, _, err := b.run("go", append([]string{"build"}, strings.Fields(deps)...)...); err != nil {
		return err
	}
	wall, processor, err := b.run("go", "build", "github.com/terra-go/terra", "github.com/terra-go/terra/webhook")
	if err != nil {
		return err
	}
	r.fact(fmt.Sprintf("cold build of our packages on %d cores, by the clock", runtime.NumCPU()), wall.Seconds(), "s", 5)
	r.fact("time it took of the processors", processor.Seconds(), "s", 0)
	for _, program := range []struct{ dir, about string }{
		{"own", "a program with terra and webhook"},
		{"standard", "one with net/http and encoding/json only"},
	} {
		for _, flags := range []string{"", "-s -w"} {
			file := filepath.Join(b.dir, "program")
			if _, _, err := b.run("go", "build", "-trimpath", "-ldflags="+flags, "-o", file, "./"+program.dir); err != nil {
				return err
			}
			info, err := os.Stat(file)
			if err != nil {
				return err
			}
			about := program.about
			if flags != "" {
				about += ", stripped"
			}
			r.fact(about, float64(info.Size())/1e6, "MB", 0)
		}
	}
	fmt.Fprintln(r.w)
	return nil
}

// run is how long a command takes. Its build cache is its own.
func (b builder) run(name string, args ...string) (wall, processor time.Duration, err error) {
	cmd := b.command(name, args...)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%s %s: %w\n%s", name, args[0], err, out)
	}
	state := cmd.ProcessState
	return time.Since(start), state.UserTime() + state.SystemTime(), nil
}

func (b builder) output(name string, args ...string) (string, error) {
	cmd := b.command(name, args...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (b builder) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	if _, err := os.Stat(filepath.Join(b.dir, "go.mod")); err == nil { // before, ask where we are
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOCACHE="+filepath.Join(b.dir, "cache"))
	}
	return cmd
}
