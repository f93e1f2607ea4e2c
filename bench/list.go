package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/bench/mirror"
	"github.com/terra-go/terra/bench/mirror/pointer"
	"github.com/terra-go/terra/health"
)

const listNights = 30

// listSection asks for thirty nights over HTTP. The server is in this process and
// holds the answer ready, so that little but the client's work is measured.
func listSection(r *report, m measure.Measurer) error {
	d, err := nightsDocument(listNights)
	if err != nil {
		return err
	}
	contenders, stop, err := listContenders(d)
	if err != nil {
		return err
	}
	defer stop()
	return r.table(m, d.name, len(d.text), contenders)
}

func nightsDocument(n int) (document, error) {
	p, err := person(2)
	if err != nil {
		return document{}, err
	}
	var nights []health.Sleep
	for i := range n {
		nights = append(nights, p.Sleep(firstDay.AddDays(i), true)[0])
	}
	return eventDocument[mirror.SleepEvent, pointer.SleepEvent](strconv.Itoa(n)+" nights with samples", n, event{
		Type:    "sleep",
		Version: payloadVersion,
		User:    user,
		Data:    nights,
	})
}

func listContenders(d document) (contenders []measure.Contender, stop func(), err error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(d.text)))
		w.Write(d.text)
	}))
	client, err := terra.New(terra.Credentials{DevID: "bench", APIKey: "bench"}, terra.WithBaseURL(server.URL))
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	contenders = []measure.Contender{{Name: "terra", Do: func() error { return listWithClient(client, d.records) }}}
	for _, p := range peers {
		contenders = append(contenders, measure.Contender{
			Name: "net/http and " + p.name,
			Do:   func() error { return listByHand(server, p, d.mirror()) },
		})
	}
	return contenders, server.Close, nil
}

func listWithClient(client *terra.Client, want int) error {
	nights, err := client.Sleep.List(context.Background(), userID, terra.Days(firstDay, want), terra.WithSamples(true))
	if err == nil && len(nights) != want {
		err = errors.New("not the nights that were sent")
	}
	return err
}

func listByHand(server *httptest.Server, p peer, into any) error {
	query := url.Values{
		"user_id":      {userID},
		"start_date":   {firstDay.String()},
		"end_date":     {firstDay.AddDays(listNights).String()},
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
	return p.unmarshal(text, into)
}
