package opt_test

import (
	"encoding/json"
	"fmt"

	"github.com/terra-go/terra/opt"
)

func Example() {
	var night struct {
		Efficiency opt.Value[float64] `json:"sleep_efficiency,omitzero"`
		Wakeups    opt.Value[int64]   `json:"num_wakeup_events,omitzero"`
		IsNap      opt.Value[bool]    `json:"is_nap,omitzero"`
	}
	err := json.Unmarshal([]byte(`{"sleep_efficiency":null,"num_wakeup_events":3.0}`), &night)
	if err != nil {
		fmt.Println(err)
		return
	}

	if n, ok := night.Wakeups.Get(); ok {
		fmt.Println("woke up", n, "times")
	}
	fmt.Println("efficiency:", night.Efficiency, "nap:", night.IsNap)

	night.IsNap = opt.Some(false)
	text, _ := json.Marshal(night)
	fmt.Println(string(text))
	// Output:
	// woke up 3 times
	// efficiency: null nap: absent
	// {"sleep_efficiency":null,"num_wakeup_events":3,"is_nap":false}
}

func ExampleValue_Or() {
	var steps opt.Value[int64]
	fmt.Println(steps.Or(0))
	// Output: 0
}

func ExampleFromPtr() {
	var note *string
	fmt.Println(opt.FromPtr(note).IsZero(), opt.FromPtr(new("slept well")))
	// Output: true slept well
}
