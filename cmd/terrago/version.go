package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// versionInfo is what the Go tool recorded in the binary.
type versionInfo struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`     // of the revision
	Modified bool   `json:"modified,omitempty"` // built with changes on top of it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (versionCommand) Run(out *output) error {
	info, _ := debug.ReadBuildInfo()
	v := versionOf(info)
	return out.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "terrago %s\n", v.Version)
		if v.Revision != "" {
			changes := ""
			if v.Modified {
				changes = ", with local changes"
			}
			fmt.Fprintf(w, "revision %s of %s%s\n", v.Revision, v.Time, changes)
		}
		fmt.Fprintf(w, "%s on %s\n", v.Go, v.Platform)
	})
}

// versionOf reads info, which is nil in a binary that holds none.
func versionOf(info *debug.BuildInfo) versionInfo {
	v := versionInfo{
		Version:  "unknown",
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info == nil {
		return v
	}
	v.Version = cmp.Or(info.Main.Version, v.Version)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
