package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	t.Parallel()
	platform := runtime.GOOS + "/" + runtime.GOARCH
	for name, tc := range map[string]struct {
		info *debug.BuildInfo
		want versionInfo
	}{
		"nothing recorded": {nil, versionInfo{Version: "unknown", Go: runtime.Version(), Platform: platform}},
		"from a checkout": {
			&debug.BuildInfo{
				Main: debug.Module{Version: "(devel)"},
				Settings: []debug.BuildSetting{
					{Key: "vcs.revision", Value: "c0ffee"},
					{Key: "vcs.time", Value: "2026-03-02T07:00:00Z"},
					{Key: "vcs.modified", Value: "true"},
				},
			},
			versionInfo{"(devel)", "c0ffee", "2026-03-02T07:00:00Z", true, runtime.Version(), platform},
		},
		"installed": {
			&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}},
			versionInfo{Version: "v1.2.3", Go: runtime.Version(), Platform: platform},
		},
	} {
		if got := versionOf(tc.info); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}
