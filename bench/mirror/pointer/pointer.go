// Package pointer is package mirror with pointers for optional values: the plain
// form in which an absent number is not a zero.
package pointer

//go:generate go run ../../internal/mirrorgen -package pointer -pointers -o pointer_gen.go
