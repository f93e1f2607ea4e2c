// Package house has no code, only tests of how the repository is built: which
// package may import which, and what the library may depend on.
package house
