package terra_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// The tour of the README, in its order. Each Example runs against a sandbox of its
// own.

// startTour starts a sandbox in which member-7 has connected Fitbit, with a
// destination that takes every delivery, and returns a client of it and that
// person's user id.
func startTour() (ctx context.Context, client *terra.Client, userID string, stop func()) {
	platform, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(platform)
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		log.Fatal(err)
	}
	receiver := httptest.NewServer(webhook.NewHandler(verifier, webhook.NewMux()))
	if err := platform.SetDestinations([]sandbox.Destination{{URL: receiver.URL}}); err != nil {
		log.Fatal(err)
	}
	user, err := platform.Connect("FITBIT", "member-7")
	if err != nil {
		log.Fatal(err)
	}
	client, err = terra.New(terra.Credentials{
		DevID:  sandbox.DefaultDevID,
		APIKey: sandbox.DefaultAPIKey,
	}, terra.WithBaseURL(server.URL+"/api/v2"))
	if err != nil {
		log.Fatal(err)
	}
	return context.Background(), client, user.UserID, func() {
		platform.Close()
		receiver.Close()
		server.Close()
	}
}

func Example_newClient() {
	for name, value := range map[string]string{
		"TERRA_DEV_ID": "sandbox-dev", "TERRA_API_KEY": "sandbox-key", "TERRA_SIGNING_SECRET": "sandbox-secret",
	} {
		os.Setenv(name, value)
		defer os.Unsetenv(name)
	}

	credentials, err := terra.CredentialsFromEnv() // TERRA_DEV_ID, TERRA_API_KEY, TERRA_SIGNING_SECRET
	if err != nil {
		log.Fatal(err)
	}
	client, err := terra.New(credentials)
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(client != nil, credentials)
	// Output: true [redacted]
}

// The sandbox takes the place of Terra by its address alone.
func Example_newSandboxClient() {
	client, err := terra.New(terra.Credentials{
		DevID:         "sandbox-dev",
		APIKey:        "sandbox-key",
		SigningSecret: "sandbox-secret",
	}, terra.WithBaseURL("http://127.0.0.1:8787/api/v2"))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(client != nil)
	// Output: true
}

func Example_listProviders() {
	ctx, client, _, stop := startTour()
	defer stop()

	providers, err := client.Providers.List(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(providers.Status, slices.Contains(providers.Providers, "GARMIN"))

	// Output: success true
}

func Example_authenticationURL() {
	ctx, client, _, stop := startTour()
	defer stop()

	auth, err := client.Auth.GenerateAuthURL(ctx, terra.AuthRequest{
		Provider:    "GARMIN",
		ReferenceID: "member-7",
		SuccessURL:  "https://example.com/connected",
		FailureURL:  "https://example.com/try-again",
	})
	if err != nil {
		log.Fatal(err)
	}
	// Send the person's browser to auth.URL. Once they have agreed, auth.UserID is theirs.

	fmt.Println(auth.Status, strings.Contains(auth.URL, "/oauth/"), auth.UserID != "")
	// Output: success true true
}

func Example_widgetSession() {
	ctx, client, _, stop := startTour()
	defer stop()

	session, err := client.Auth.GenerateWidgetSession(ctx, terra.WidgetRequest{
		Providers:   []string{"GARMIN", "OURA"}, // none: all of them
		ReferenceID: "member-7",
		Language:    "en",
		SuccessURL:  "https://example.com/connected",
		FailureURL:  "https://example.com/try-again",
	})
	if err != nil {
		log.Fatal(err)
	}
	// Send the person's browser to session.URL within session.ExpiresIn.

	fmt.Println(session.Status, strings.Contains(session.URL, "/session/"), session.SessionID != "", session.ExpiresIn)
	// Output: success true true 15m0s
}

func Example_widgetSessionForAllProviders() {
	ctx, client, _, stop := startTour()
	defer stop()

	session, err := client.Auth.GenerateWidgetSession(ctx, terra.WidgetRequest{ReferenceID: "member-7"})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(session.Status)
	// Output: success
}

func Example_userFromID() {
	ctx, client, userID, stop := startTour()
	defer stop()

	info, err := client.Users.Get(ctx, userID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.User.Provider, info.User.ReferenceID, info.IsAuthenticated)

	// Output: FITBIT member-7 true
}

func Example_usersOfAPerson() {
	ctx, client, _, stop := startTour()
	defer stop()

	page, err := client.Users.ByReference(ctx, "member-7")
	if err != nil {
		log.Fatal(err)
	}
	for _, user := range page.Data {
		fmt.Println(user.Provider)
	}

	// Output: FITBIT
}

func Example_listUsers() {
	ctx, client, _, stop := startTour()
	defer stop()

	for user, err := range client.Users.All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.Provider, user.ReferenceID)
	}

	// Output: FITBIT member-7
}

func Example_listUsersByPage() {
	ctx, client, _, stop := startTour()
	defer stop()

	page, err := client.Users.List(ctx, terra.ListUsersOptions{Page: 0, PerPage: 100})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Data), page.Next == nil)

	// Output: 1 true
}

func Example_getData() {
	ctx, client, userID, stop := startTour()
	defer stop()

	week := terra.Days(health.NewDate(2026, time.March, 2), 7)
	days, err := client.Daily.List(ctx, userID, week)
	if err != nil {
		log.Fatal(err)
	}
	for _, day := range days {
		steps, known := day.DistanceData.Steps.Get()
		if known && steps > 0 {
			fmt.Println(day.Metadata.StartTime.Date(), "walked")
		}
	}

	// Output:
	// 2026-03-02 walked
	// 2026-03-03 walked
	// 2026-03-04 walked
	// 2026-03-05 walked
	// 2026-03-06 walked
	// 2026-03-07 walked
	// 2026-03-08 walked
}

func Example_getEveryType() {
	ctx, client, userID, stop := startTour()
	defer stop()
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)

	activity, err1 := client.Activity.List(ctx, userID, week)
	body, err2 := client.Body.List(ctx, userID, week)
	daily, err3 := client.Daily.List(ctx, userID, week)
	menstruation, err4 := client.Menstruation.List(ctx, userID, week)
	nutrition, err5 := client.Nutrition.List(ctx, userID, week)
	sleep, err6 := client.Sleep.List(ctx, userID, week)
	athlete, err7 := client.Athlete.Get(ctx, userID)

	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%T %T %T %T %T %T %T\n", activity, body, daily, menstruation, nutrition, sleep, athlete)
	// Output: []health.Activity []health.Body []health.Daily []health.Menstruation []health.Nutrition []health.Sleep *health.Athlete
}

func Example_samples() {
	ctx, client, userID, stop := startTour()
	defer stop()

	night := terra.Days(health.NewDate(2026, time.March, 2), 1)
	sleep, err := client.Sleep.List(ctx, userID, night, terra.WithSamples(true))
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(len(sleep[0].HeartRateData.Detailed.HRSamples) > 100)
	// Output: true
}

func Example_everyOutcome() {
	ctx, client, userID, stop := startTour()
	defer stop()
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)

	result, err := client.Activity.Fetch(ctx, userID, week)
	if err != nil {
		log.Fatal(err)
	}
	switch r := result.(type) {
	case *terra.Data[health.Activity]:
		fmt.Println("records of", r.User().Provider)
	case *terra.NoData[health.Activity]:
		fmt.Println("nothing:", r.Message)
	case *terra.Queued[health.Activity]:
		fmt.Println("will come to the webhook as", r.Reference)
	case *terra.Processing[health.Activity]:
		fmt.Println("ask again in", r.RetryAfter)
	case *terra.RateLimited[health.Activity]:
		fmt.Println("the provider wants a pause")
	}

	// Output: records of FITBIT
}

func Example_rawJSON() {
	ctx, client, userID, stop := startTour()
	defer stop()
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)

	result, err := client.Body.Fetch(ctx, userID, week)
	if err != nil {
		log.Fatal(err)
	}
	text := result.Raw() // the response, byte for byte

	fmt.Println(len(text) > 1000)
	// Output: true
}

func Example_toWebhook() {
	ctx, client, userID, stop := startTour()
	defer stop()
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)

	queued, err := client.Sleep.Request(ctx, userID, week)
	if err != nil {
		log.Fatal(err)
	}
	// The deliveries that follow have queued.Reference in their Meta().Reference.

	fmt.Println(queued.Reference != "")
	// Output: true
}

func Example_longHistory() {
	ctx, client, userID, stop := startTour()
	defer stop()

	year := terra.Between(health.NewDate(2025, time.January, 1), health.NewDate(2026, time.January, 1))
	days := 0
	for _, err := range client.Daily.All(ctx, userID, year) {
		if err != nil {
			log.Fatal(err)
		}
		days++
	}

	fmt.Println(days)
	// Output: 365
}

func Example_errors() {
	ctx, client, _, stop := startTour()
	defer stop()

	_, err := client.Daily.List(ctx, "nobody", terra.Last(7))
	terraError, ok := errors.AsType[*terra.Error](err)
	switch {
	case !ok:
		log.Fatal(err) // ended by ctx, or refused before it was sent
	case errors.Is(err, terra.ErrNotFound):
		fmt.Println("no such user:", terraError.StatusCode)
	case errors.Is(err, terra.ErrRateLimited):
		fmt.Println("again in", terraError.RetryAfter)
	default:
		fmt.Println(terraError)
	}

	// Output: no such user: 404
}

func Example_deauthenticate() {
	ctx, client, userID, stop := startTour()
	defer stop()

	if err := client.Auth.Deauthenticate(ctx, userID); err != nil {
		log.Fatal(err)
	}

	_, err := client.Users.Get(ctx, userID)
	fmt.Println(errors.Is(err, terra.ErrNotFound))
	// Output: true
}
