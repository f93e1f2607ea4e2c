package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// SetError reports a path of [EventRequest.Set] that leads nowhere.
type SetError struct {
	Path   string
	Reason string
}

// Error quotes the path, which is the caller's own, and no value.
func (e *SetError) Error() string { return fmt.Sprintf("sandbox: set %q: %s", e.Path, e.Reason) }

const maxPathDepth = 32

// replaceMembers sets every path of the JSON document, in the order of the paths.
func replaceMembers(document []byte, set map[string]any) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber() // numbers that nobody replaces keep their text
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(set)) {
		steps := strings.Split(path, ".")
		if len(steps) > maxPathDepth {
			return nil, &SetError{path, "too deep"}
		}
		var reason string
		if root, reason = replaceMember(root, steps, set[path]); reason != "" {
			return nil, &SetError{path, reason}
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(root); err != nil {
		return nil, &SetError{"", "a value cannot be written as JSON"}
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// replaceMember returns node with the value at the end of steps replaced, or the
// reason why that cannot be.
func replaceMember(node any, steps []string, value any) (any, string) {
	if len(steps) == 0 {
		return value, ""
	}
	var reason string
	switch node := node.(type) {
	case map[string]any:
		if steps[0] == "" {
			return nil, "empty step"
		}
		node[steps[0]], reason = replaceMember(node[steps[0]], steps[1:], value)
		return node, reason
	case []any:
		i, err := strconv.Atoi(steps[0])
		if err != nil || i < 0 || i > len(node) {
			return nil, "no such index"
		}
		if i == len(node) {
			node = append(node, nil)
		}
		node[i], reason = replaceMember(node[i], steps[1:], value)
		return node, reason
	case nil:
		return replaceMember(map[string]any{}, steps, value)
	}
	return nil, "leads into a value that has no members"
}
