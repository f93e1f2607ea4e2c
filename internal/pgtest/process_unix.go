//go:build unix

package pgtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// janitor waits for the end of its input, which comes with the end of the process
// that holds the other end, and then puts away the server and its files.
const janitor = `trap '' INT TERM HUP
read -r _
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.2
done
rm -rf "$1"`

type credential = syscall.Credential

// dropPrivileges chooses whom the server runs as, and makes the directory theirs.
func (i *Instance) dropPrivileges() error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		i.user = &credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(i.dir, int(uid), int(gid))
	}
	return errors.New("pgtest: PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// command runs in a group of its own, out of reach of the terminal's interrupt.
func (i *Instance) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = i.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: i.user, Setpgid: true}
	return cmd
}

func (i *Instance) hireJanitor() error {
	cmd := i.command(context.Background(), "/bin/sh", "-c", janitor, "janitor", i.dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	i.janitor = in
	return nil
}
