package terra_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// More attempts, each with more time, for a nightly job that nobody waits for.
func ExampleWithRetry() {
	_, err := terra.New(terra.Credentials{DevID: "dev", APIKey: "key"}, terra.WithRetry(terra.RetryPolicy{
		Attempts: 6,
		Timeout:  2 * time.Minute,
		MaxDelay: 5 * time.Minute,
	}))

	fmt.Println(err)
	// Output: <nil>
}

func ExampleWithLogger() {
	ctx, _, _, stop := startTour()
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{}
			}
			return a
		},
	}))

	client, err := terra.New(
		terra.Credentials{DevID: "dev", APIKey: "key"},
		terra.WithBaseURL("http://127.0.0.1:1"), // where nobody listens
		terra.WithRetry(terra.RetryPolicy{Attempts: 2, MinDelay: time.Millisecond}),
		terra.WithLogger(log),
	)
	if err != nil {
		fmt.Println(err)
	}
	_, err = client.Users.Get(ctx, "23dc2540-7139-44c6-8158-f81196e2cf2e")
	fmt.Println(err)

	// Output:
	// level=DEBUG msg="terra request" method=GET endpoint=/userInfo status=0 attempt=1
	// level=DEBUG msg="terra request" method=GET endpoint=/userInfo status=0 attempt=2
	// terra: GET /userInfo: connection failed: connection refused (2 attempts)
}

// Bad arguments are refused before anything is sent.
func ExampleArgumentError() {
	_, err := terra.New(terra.Credentials{DevID: "dev", APIKey: "key"}, terra.WithBaseURL("http://proxy.example"))
	fmt.Println(err)

	client, err := terra.New(terra.Credentials{DevID: "dev", APIKey: "key"})
	if err != nil {
		log.Fatal(err)
	}
	march, april := health.NewDate(2026, time.March, 1), health.NewDate(2026, time.April, 1)
	_, err = client.Sleep.List(context.Background(), "u1", terra.Between(april, march))
	fmt.Println(err)

	// Output:
	// terra: base URL: http would send the API key in the clear; only loopback hosts may use it
	// terra: range: the end is before the start
}

func ExampleDays() {
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)

	fmt.Println(week.Start, "up to, not including,", week.End)
	// Output: 2026-03-02 up to, not including, 2026-03-09
}

func ExampleBetween() {
	march := terra.Between(health.NewDate(2026, time.March, 1), health.NewDate(2026, time.April, 1))

	fmt.Println(march.Days(), "days")
	// Output: 31 days
}

func ExampleCollection_Fetch() {
	ctx, client, userID, stop := startTour()
	defer stop()

	result, err := client.Sleep.Fetch(ctx, userID, terra.Days(health.NewDate(2026, time.March, 2), 7))
	if err != nil {
		log.Fatal(err)
	}
	switch r := result.(type) {
	case *terra.Data[health.Sleep]:
		fmt.Println("nights:", len(r.Items) > 0)
	case *terra.Processing[health.Sleep]:
		fmt.Println("ask again in", r.RetryAfter)
	default:
		fmt.Printf("%T\n", r)
	}
	limit := result.RateLimit()
	fmt.Println("days left of this hour's are known:", limit.Limit >= limit.Remaining)

	// Output:
	// nights: true
	// days left of this hour's are known: true
}

func ExampleCollection_List() {
	ctx, client, userID, stop := startTour()
	defer stop()

	days, err := client.Nutrition.List(ctx, userID, terra.Days(health.NewDate(2026, time.March, 2), 7))

	fmt.Printf("%T, error %v\n", days, err)
	// Output: []health.Nutrition, error <nil>
}

// The loop may end at any time: what has not been asked for yet never is.
func ExampleCollection_All() {
	ctx, client, userID, stop := startTour()
	defer stop()

	decade := terra.Between(health.NewDate(2016, time.January, 1), health.NewDate(2026, time.January, 1))
	for day, err := range client.Daily.All(ctx, userID, decade, terra.WithWindow(7)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(day.Metadata.StartTime.Date())
		break
	}

	// Output: 2016-01-01
}

func ExampleCollection_Request() {
	ctx, client, userID, stop := startTour()
	defer stop()

	queued, err := client.Activity.Request(ctx, userID, terra.Days(health.NewDate(2026, time.March, 2), 7), terra.WithSamples(true))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(queued.User().Provider, queued.Reference != "", queued.Large)
	// Output: FITBIT true false
}

func ExampleAthleteService_Get() {
	ctx, client, userID, stop := startTour()
	defer stop()

	athlete, err := client.Athlete.Get(ctx, userID)
	if errors.Is(err, terra.ErrNoData) {
		fmt.Println("the provider does not tell")
	} else if err != nil {
		log.Fatal(err)
	}
	_, known := athlete.FirstName.Get()

	fmt.Println(known)
	// Output: true
}

func ExampleAthleteService_Fetch() {
	ctx, client, userID, stop := startTour()
	defer stop()

	result, err := client.Athlete.Fetch(ctx, userID)
	if err != nil {
		log.Fatal(err)
	}
	data, ok := result.(*terra.Data[health.Athlete])

	fmt.Println(ok && len(data.Items) == 1)
	// Output: true
}

func ExampleAthleteService_Request() {
	ctx, client, userID, stop := startTour()
	defer stop()

	queued, err := client.Athlete.Request(ctx, userID)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(queued.Reference != "")
	// Output: true
}

// A token for an app with Terra's mobile SDK, to be handed to one installation.
func ExampleAuthService_GenerateToken() {
	ctx, client, _, stop := startTour()
	defer stop()

	token, err := client.Auth.GenerateToken(ctx)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(token.Token != "", token.ExpiresIn)
	// Output: true 3m0s
}

func ExampleUserService_Bulk() {
	ctx, client, userID, stop := startTour()
	defer stop()

	page, err := client.Users.Bulk(ctx, []string{userID})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(len(page.Data), page.Data[0].Provider)
	// Output: 1 FITBIT
}

func ExampleUserService_Modify() {
	ctx, client, userID, stop := startTour()
	defer stop()

	modified, err := client.Users.Modify(ctx, userID, terra.UserUpdate{ReferenceID: opt.Some("member-8")})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(modified.User.ReferenceID)
	// Output: member-8
}

func ExampleProviderService_Detailed() {
	ctx, client, _, stop := startTour()
	defer stop()

	details, err := client.Providers.Detailed(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range details.Providers {
		if p.Provider == "GARMIN" {
			fmt.Println(p.Name, p.Types["sleep"])
		}
	}

	// Output: Garmin true
}
