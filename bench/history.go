package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

const historyDays = 30

// historyWorkload lists thirty nights over HTTP. The server is in this process and
// holds the answer ready, so that the client's work is what is measured.
func historyWorkload() (work workload, stop func(), err error) {
	body, err := sleepHistory(historyDays)
	if err != nil {
		return workload{}, nil, err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	}))
	client, err := terra.New(terra.Credentials{DevID: "bench", APIKey: "bench"}, terra.WithBaseURL(server.URL))
	if err != nil {
		server.Close()
		return workload{}, nil, err
	}
	return workload{
		name:  "list 30 nights with samples",
		bytes: len(body),
		contenders: []contender{
			{"terra", func() error { return listWithClient(client) }},
			{"net/http and encoding/json into the same structs", func() error {
				var answer struct {
					Type string
					User health.User
					Data []health.Sleep
				}
				return listByHand(server, &answer)
			}},
			{"net/http and encoding/json into map[string]any", func() error {
				var answer map[string]any
				return listByHand(server, &answer)
			}},
		},
	}, server.Close, nil
}

func listWithClient(client *terra.Client) error {
	days := terra.Days(health.NewDate(2026, time.March, 1), historyDays)
	nights, err := client.Sleep.List(context.Background(), userID, days, terra.WithSamples(true))
	if err == nil && len(nights) != historyDays {
		err = errors.New("not the nights that were sent")
	}
	return err
}

func listByHand(server *httptest.Server, into any) error {
	query := url.Values{
		"user_id":      {userID},
		"start_date":   {"2026-03-01"},
		"end_date":     {"2026-03-31"},
		"to_webhook":   {"false"},
		"with_samples": {"true"},
	}
	req, err := http.NewRequest(http.MethodGet, server.URL+"/sleep?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("dev-id", "bench")
	req.Header.Set("x-api-key", "bench")
	resp, err := server.Client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
