package failure_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/failure"
)

func TestTypes(t *testing.T) {
	t.Parallel()
	plain := errors.New("secret")
	tests := []struct {
		err  error
		want string
	}{
		{plain, "*errors.errorString"},
		{fmt.Errorf("secret: %w", plain), "*fmt.wrapError(*errors.errorString)"},
		{&fs.PathError{Path: "secret", Err: plain}, "*fs.PathError(*errors.errorString)"},
		{&fs.PathError{Path: "secret"}, "*fs.PathError"},
		{errors.Join(plain, &fs.PathError{Err: plain}), "*errors.errorString, *fs.PathError(*errors.errorString)"},
	}
	for _, tt := range tests {
		if got := failure.Types(tt.err); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

func TestStack(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
		lines := failure.Stack()
		if len(lines) == 0 || !strings.Contains(lines[0], "failure_test.explode:") {
			t.Errorf("the stack does not begin where the panic came from: %v", lines)
		}
	}()
	explode()
}

//go:noinline
func explode() { panic("secret") }
