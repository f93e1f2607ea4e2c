package plot_test

import (
	"bytes"
	"fmt"

	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

func ExampleNight() {
	garmin, _ := synth.Lookup("GARMIN")
	ada, err := synth.New(1, "ada", garmin)
	if err != nil {
		fmt.Println(err)
		return
	}
	chart, err := plot.Night(ada.Sleep(health.NewDate(2026, 3, 4), true)[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	var picture bytes.Buffer
	if err := chart.SVG(&picture); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Title)
	fmt.Println(picture.Len() > 0)
	// Output:
	// Night to Wednesday, 4 March 2026
	// true
}
