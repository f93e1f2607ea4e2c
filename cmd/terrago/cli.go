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

	Dev        devCommand        `cmd:"" help:"Run the sandbox, a receiver of its webhooks, and a console in the browser." example:"terrago dev --provider GARMIN"`
	Sandbox    sandboxCommand    `cmd:"" help:"Run the sandbox alone." example:"terrago sandbox --destination http://127.0.0.1:8080/webhook"`
	Serve      serveCommand      `cmd:"" help:"Receive webhooks and turn them into rows of a database, in production." example:"terrago serve --db sqlite:health.db"`
	Events     eventsCommand     `cmd:"" help:"List, show and replay what was delivered." example:"terrago events list --state dead"`
	Reconcile  reconcileCommand  `cmd:"" help:"Compare the connections in a store with those Terra knows." example:"terrago reconcile --sandbox --db sqlite:health.db"`
	Backfill   backfillCommand   `cmd:"" help:"Fetch the days that a store does not have." example:"terrago backfill --all-users --days 365 --db sqlite:health.db"`
	Trigger    triggerCommand    `cmd:"" help:"Send signed events, as Terra would, or wrong on purpose." example:"terrago trigger sleep --set data.0.scores.sleep=90"`
	Listen     listenCommand     `cmd:"" help:"Receive webhooks on this machine, show them, and pass them on to a program." example:"terrago listen --sandbox --forward-to http://127.0.0.1:3000/webhook"`
	Scenario   scenarioCommand   `cmd:"" help:"Play what happens over hours or days between Terra and a receiver of its webhooks." example:"terrago scenario outage-24h --to http://127.0.0.1:8080/webhook"`
	Get        getCommand        `cmd:"" help:"Fetch somebody's records." example:"terrago get sleep --sandbox --days 30 --out nights.parquet"`
	Plot       plotCommand       `cmd:"" help:"Draw a night, a day, a month or a run, as SVG or PNG." example:"terrago plot night --out night.svg"`
	Providers  providersCommand  `cmd:"" help:"List what people can connect." example:"terrago providers --sandbox --detailed"`
	Users      usersCommand      `cmd:"" help:"List who is connected." example:"terrago users --sandbox --select user_id,provider --format csv"`
	Auth       authCommand       `cmd:"" help:"Make a URL on which a person connects one provider." example:"terrago auth GARMIN --reference-id member-7"`
	Widget     widgetCommand     `cmd:"" help:"Make a URL on which a person chooses what to connect." example:"terrago widget GARMIN OURA --reference-id member-7 --language en"`
	Verify     verifyCommand     `cmd:"" help:"Check the signature of a webhook body." example:"terrago verify body.json --signature t=1767225600,v1=5f0c"`
	Completion completionCommand `cmd:"" help:"Write what has a shell complete command lines." example:"terrago completion bash"`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" help:"Complete a command line, for a shell."`
	Version    versionCommand    `cmd:"" help:"Say what this is built from." example:"terrago version --json"`
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
	helped := false
	parser, err := newParser(&cmds, std, func(int) { helped = true })
	if err != nil {
		return complain(std.err, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if helped || pipe.err != nil {
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
	return finish(std.err, pipe, parsed.Run(out, log, parser.Model))
}

// newParser makes the parser of the command line. It calls exit after --help.
func newParser(cmds *commands, std stdio, exit func(int)) (*kong.Kong, error) {
	return kong.New(cmds,
		kong.Name("terrago"),
		kong.Description("Wearable and health data through the Terra API, and a sandbox of it on this machine."),
		kong.Writers(std.out, std.err),
		kong.Exit(exit),
		kong.Help(printHelp),
		kong.Vars{
			"events":           strings.Join(sandbox.EventTypes(), ","),
			"retry_profiles":   strings.Join(sandbox.RetryProfiles(), ","),
			"sandbox_addr":     sandboxAddr,
			"signature_header": webhook.HeaderSignature,
			"tolerance":        webhook.DefaultTolerance.String(),
			"dev_dir":          devDir,
			"serve_addr":       serveAddr,
			"work_addr":        workAddr,
			"console_addr":     consoleAddr,
			"listen_addr":      listenAddr,
			"listen_dir":       listenDir,
			"webhook_path":     webhookPath,
			"daily_types":      dailyTypes(),
		},
	)
}

// printHelp is kong's help with the command's example.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if node := ctx.Selected(); node != nil && node.Tag != nil {
		if example := node.Tag.Get("example"); example != "" {
			node.Detail = strings.TrimSpace(node.Detail + "\n\nFor example: " + example)
		}
	}
	return kong.DefaultHelpPrinter(options, ctx)
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
