package main

import (
	"encoding/json"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	goccy "github.com/goccy/go-json"
	"github.com/mailru/easyjson"
)

// A peer is another JSON library. It reads and writes the mirrors.
type peer struct {
	name      string
	unmarshal func(text []byte, into any) error
	marshal   func(from any) ([]byte, error)
}

var standard = peer{"encoding/json", json.Unmarshal, json.Marshal}

var peers = []peer{
	standard,
	{
		"json/v2",
		func(text []byte, into any) error { return jsonv2.Unmarshal(text, into) },
		func(from any) ([]byte, error) { return jsonv2.Marshal(from) },
	},
	{"sonic", sonic.ConfigFastest.Unmarshal, sonic.ConfigFastest.Marshal},
	{
		"goccy/go-json",
		func(text []byte, into any) error { return goccy.Unmarshal(text, into) },
		func(from any) ([]byte, error) { return goccy.Marshal(from) },
	},
	{
		"easyjson",
		func(text []byte, into any) error { return easyjson.Unmarshal(text, into.(easyjson.Unmarshaler)) },
		func(from any) ([]byte, error) { return easyjson.Marshal(from.(easyjson.Marshaler)) },
	},
}

// sonicPath tells whether sonic runs its own code here or hands all to
// encoding/json, as it does where it does not know the version of Go.
func sonicPath() string {
	if sonic.APIKind == sonic.UseSonicJSON {
		return "sonic compiles at run time, ConfigFastest"
	}
	return "sonic falls back to encoding/json here"
}
