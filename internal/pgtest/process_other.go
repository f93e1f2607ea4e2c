//go:build !unix

package pgtest

import (
	"context"
	"os/exec"
)

type credential struct{}

func (i *Instance) dropPrivileges() error { return ErrNotInstalled }

func (i *Instance) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, name, args...)
}

func (i *Instance) hireJanitor() error { return ErrNotInstalled }
