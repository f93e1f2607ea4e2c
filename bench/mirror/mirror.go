// Package mirror has the library's records and events as plain Go structs, for
// decoders and encoders that know nothing of optional values: a number for an
// optional number, a string for a time. Absent, null and zero are one here. It is
// the form that costs such code the least.
package mirror

//go:generate go run ../internal/mirrorgen -package mirror -o mirror_gen.go
//go:generate go tool easyjson -all -no_std_marshalers mirror_gen.go
