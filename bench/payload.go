package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/terra-go/terra/bench/mirror"
	"github.com/terra-go/terra/bench/mirror/pointer"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox/synth"
	"github.com/terra-go/terra/webhook"
)

const userID = "5a1f6f62-0b6e-4f0e-9d6a-2f8f0f2b6f11"

// A document is a payload, and how this library and the others take it.
type document struct {
	name    string
	text    []byte
	records int // in it

	decode  func(text []byte) error // as this library does
	values  func(text []byte) error // or, for an event, into values alone, as the others do
	how     string                  // the name of that
	read    func(text []byte) (json.Marshaler, error)
	mirror  func() any // a new one
	pointer func() any
}

func recordDocument[T health.Record, M, P any](name string, record T) (document, error) {
	text, err := json.Marshal(record)
	return document{
		name: name, text: text, records: 1,
		decode: func(text []byte) error {
			_, err := health.Decode[T](text)
			return err
		},
		read: func(text []byte) (json.Marshaler, error) {
			record, err := health.Decode[T](text)
			return any(&record).(json.Marshaler), err
		},
		mirror:  func() any { return new(M) },
		pointer: func() any { return new(P) },
	}, err
}

func eventDocument[M, P any](name string, records int, payload event) (document, error) {
	text, err := json.Marshal(payload)
	return document{
		name: name, text: text, records: records,
		decode: func(text []byte) error {
			_, err := webhook.Parse(nil, text)
			return err
		},
		read: func(text []byte) (json.Marshaler, error) {
			event, err := webhook.Parse(nil, text)
			if err != nil {
				return nil, err
			}
			return event.(json.Marshaler), nil
		},
		mirror:  func() any { return new(M) },
		pointer: func() any { return new(P) },
	}, err
}

// person is one of the sandbox's people, who are always the same.
func person(seed uint64) (*synth.Person, error) {
	garmin, ok := synth.Lookup("GARMIN")
	if !ok {
		return nil, errors.New("the sandbox has no such provider")
	}
	return synth.New(seed, "bench", garmin, synth.WithPersona(synth.Athlete))
}

var firstDay = health.NewDate(2026, time.March, 2)

func dayDocument() (document, error) {
	return daily("a day with a heart rate every minute", true)
}

func summaryDocument() (document, error) {
	return daily("a day's summary", false)
}

func daily(name string, samples bool) (document, error) {
	p, err := person(2)
	if err != nil {
		return document{}, err
	}
	record, ok := p.Daily(firstDay, samples)
	if !ok {
		return document{}, errors.New("no day")
	}
	return recordDocument[health.Daily, mirror.Daily, pointer.Daily](name, record)
}

func nightDocument() (document, error) {
	p, err := person(2)
	if err != nil {
		return document{}, err
	}
	nights := p.Sleep(firstDay, true)
	if len(nights) == 0 {
		return document{}, errors.New("no night")
	}
	return recordDocument[health.Sleep, mirror.Sleep, pointer.Sleep]("a night", nights[0])
}

// activityDocument is a walk of an hour, with its route and a value a second.
func activityDocument() (document, error) {
	p, err := person(0)
	if err != nil {
		return document{}, err
	}
	workouts := p.Activities(health.NewDate(2026, time.April, 2), true)
	if len(workouts) == 0 {
		return document{}, errors.New("no activity")
	}
	return recordDocument[health.Activity, mirror.Activity, pointer.Activity]("an hour of activity, every second", workouts[0])
}

func authDocument() (document, error) {
	d, err := eventDocument[mirror.AuthEvent, pointer.AuthEvent]("an auth event", 1, event{
		Type:            "auth",
		Status:          "success",
		ReferenceID:     user.ReferenceID.Or(""),
		WidgetSessionID: "8c2d1d3e-8f0e-4c55-a9f4-4d5e6b7a8c90",
		FlowID:          "d0b7a4ce-6d52-4c0f-8f0e-0f1b9a7c6e55",
		User:            user,
	})
	d.how = "terra, into a webhook.Auth"
	d.values = func(text []byte) error { return new(webhook.Auth).UnmarshalJSON(text) }
	return d, err
}

// historyDocument is an event with many days, as a request for a long span yields.
func historyDocument(days int) (document, error) {
	return daysDocument(fmt.Sprintf("a history chunk of %d days", days), days)
}

func dayEventDocument() (document, error) { return daysDocument("an event with one day", 1) }

func daysDocument(name string, days int) (document, error) {
	p, err := person(2)
	if err != nil {
		return document{}, err
	}
	records := make([]health.Daily, days)
	for i := range records {
		records[i], _ = p.Daily(firstDay.AddDays(i), true)
	}
	d, err := eventDocument[mirror.DailyEvent, pointer.DailyEvent](name, days, event{
		Type:    "daily",
		Version: payloadVersion,
		User:    user,
		Data:    records,
	})
	d.how = "terra, health.Records"
	d.values = func(text []byte) error {
		var days []health.Daily
		for day, err := range health.Records[health.Daily](bytes.NewReader(text)) {
			if err != nil {
				return err
			}
			days = append(days, day)
		}
		return nil
	}
	return d, err
}

// event is the body of a delivery, in the order in which the sandbox writes it.
type event struct {
	Type            string      `json:"type"`
	Status          string      `json:"status,omitzero"`
	Version         string      `json:"version,omitzero"`
	ReferenceID     string      `json:"reference_id,omitzero"`
	WidgetSessionID string      `json:"widget_session_id,omitzero"`
	FlowID          string      `json:"flow_id,omitzero"`
	User            health.User `json:"user"`
	Data            any         `json:"data,omitzero"`
}

const payloadVersion = "2022-03-16"

var user = health.User{
	UserID:            userID,
	Provider:          "GARMIN",
	ReferenceID:       opt.Some("bench"),
	Active:            opt.Some(true),
	Scopes:            opt.Some("HEALTH_EXPORT,ACTIVITY_EXPORT"),
	CreatedAt:         health.TimestampOf(time.Date(2026, time.March, 2, 7, 30, 0, 0, time.UTC)),
	LastWebhookUpdate: health.NullTimestamp(),
}
