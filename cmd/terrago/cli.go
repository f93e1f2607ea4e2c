package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line: a command a field, with its Run method beside it.
type commands struct {
	outputFlags
	Verbose bool `short:"v" help:"Log every request."`

	Dev       devCommand       `cmd:"" help:"Run the sandbox, a receiver of its webhooks, and a console in the browser."`
	Sandbox   sandboxCommand   `cmd:"" help:"Run the sandbox alone."`
	Serve     serveCommand     `cmd:"" help:"Receive webhooks and turn them into rows of a database, in production."`
	Events    eventsCommand    `cmd:"" help:"List, show and replay what was delivered."`
	Reconcile reconcileCommand `cmd:"" help:"Compare the connections in a store with those Terra knows."`
	Backfill  backfillCommand  `cmd:"" help:"Fetch the days that a store does not have."`
	Trigger   triggerCommand   `cmd:"" help:"Send signed events, as Terra would, or wrong on purpose."`
	Listen    listenCommand    `cmd:"" help:"Receive webhooks on this machine, show them, and pass them on to a program."`
	Scenario  scenarioCommand  `cmd:"" help:"Play what happens over hours or days between Terra and a receiver of its webhooks."`
	Get       getCommand       `cmd:"" help:"Fetch somebody's records."`
	Plot      plotCommand      `cmd:"" help:"Draw a night, a day, a month or a run, as SVG or PNG."`
	Providers providersCommand `cmd:"" help:"List what people can connect."`
	Users     usersCommand     `cmd:"" help:"List who is connected."`
	Auth      authCommand      `cmd:"" help:"Make a URL on which a person connects one provider."`
	Widget    widgetCommand    `cmd:"" help:"Make a URL on which a person chooses what to connect."`
	Verify    verifyCommand    `cmd:"" help:"Check the signature of a webhook body."`
	Version   versionCommand   `cmd:"" help:"Say what this is built from."`
}

// usageError is an error that a different command line or environment would cure.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// errReported ends a command that has already said why it failed.
var errReported = errors.New("failed")

// run is the whole command; its result is the exit status.
func run(ctx context.Context, args []string, std stdio) int {
	pipe := &pipe{w: std.out}
	out := &output{stdio: std, raw: pipe, seen: terminal(std.out) != nil, terminal: terminal(std.err)}
	out.out, out.err = safeio.NewWriter(pipe), safeio.NewWriter(std.err)
	std = out.stdio
	var cmds commands
	helped := -1
	parser, err := kong.New(&cmds,
		kong.Name("terrago"),
		kong.Description("Wearable and health data through the Terra API, and a sandbox of it on this machine."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(status int) { helped = status }),
		kong.Vars{
			"events":           strings.Join(sandbox.EventTypes(), ","),
			"retry_profiles":   strings.Join(sandbox.RetryProfiles(), ","),
			"sandbox_addr":     sandboxAddr,
			"signature_header": webhook.HeaderSignature,
			"tolerance":        webhook.DefaultTolerance.String(),
			"dev_dir":          devDir,
			"listen_addr":      listenAddr,
			"listen_dir":       listenDir,
			"serve_addr":       serveAddr,
			"work_addr":        workAddr,
			"console_addr":     consoleAddr,
			"webhook_path":     webhookPath,
			"daily_types":      dailyTypes(),
		},
	)
	if err != nil {
		return complain(std.err, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped >= 0 || pipe.err != nil {
		return finish(std.err, pipe, nil)
	}
	if err != nil {
		complain(std.err, fmt.Errorf("%w; see: %s --help", err, commandLine(err)))
		return exitUsage
	}
	level := slog.LevelWarn
	if cmds.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: level}))
	if err := cmds.apply(out, parsed.Selected().Target.Interface()); err != nil {
		return complain(std.err, err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return finish(std.err, pipe, parsed.Run(out, log))
}

// finish tells of err and of what could not be written.
func finish(w io.Writer, out *pipe, err error) int {
	if err == nil {
		err = out.err
	}
	return complain(w, err)
}

// terminal is w if people see at once what is written there, else nil.
func terminal(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return f
	}
	return nil
}

// dailyTypes are the types of data that can be fetched day by day.
func dailyTypes() string {
	var names []string
	for _, t := range healthdb.DailyTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ",")
}

// commandLine is as much of the command line as was understood.
func commandLine(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok && e.Context != nil && e.Context.Selected() != nil {
		return strings.Join(strings.Fields(e.Context.Selected().FullPath()), " ")
	}
	return "terrago"
}

// complain tells of err, if any, and returns the exit status it stands for.
func complain(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	}
	fmt.Fprintf(w, "terrago: %s\n", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}
