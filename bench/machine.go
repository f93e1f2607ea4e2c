package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// machine describes what the numbers hold for.
func machine() string {
	lines := []string{fmt.Sprintf("%s, %d cores, %s/%s, %s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		lines[0] += ", load " + strings.Join(strings.Fields(string(load))[:3], " ")
	}
	measured := []string{
		"github.com/go-json-experiment/json", "github.com/bytedance/sonic",
		"github.com/goccy/go-json", "github.com/mailru/easyjson",
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		var versions []string
		for _, dep := range info.Deps {
			if slices.Contains(measured, dep.Path) {
				versions = append(versions, strings.TrimPrefix(dep.Path, "github.com/")+" "+dep.Version)
			}
		}
		lines = append(lines, strings.Join(versions, ", "))
	}
	return strings.Join(append(lines, sonicPath()), "\n")
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "processor unknown"
	}
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor unknown"
}
