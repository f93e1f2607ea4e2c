package health

import (
	"encoding/json"
	"errors"

	"github.com/terra-go/terra/opt"
)

// LatLng is a position in degrees, WGS 84: latitude -90 to 90, longitude -180
// to 180. On the wire it is the array [lat, lng], either of which may be null;
// both absent is an absent position.
type LatLng struct {
	Lat, Lng opt.Value[float64]
}

// IsZero is true only for an absent position.
func (p LatLng) IsZero() bool { return p == LatLng{} }

// MarshalJSON writes [lat, lng].
func (p LatLng) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]opt.Value[float64]{p.Lat, p.Lng})
}

// UnmarshalJSON accepts null and an array of one or two numbers or nulls.
func (p *LatLng) UnmarshalJSON(data []byte) error {
	var a []opt.Value[float64]
	if err := json.Unmarshal(data, &a); err != nil || len(a) > 2 {
		return errors.New("health: not a [latitude, longitude] array")
	}
	*p = LatLng{}
	for i, v := range a {
		if i == 0 {
			p.Lat = v
		} else {
			p.Lng = v
		}
	}
	return nil
}
