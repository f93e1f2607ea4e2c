package health

import (
	"encoding/json"
	"errors"

	"github.com/terra-go/terra/opt"
)

// LatLng is a position in degrees, WGS 84. On the wire it is the array
// [lat, lng], either of which may be null; both absent is an absent position.
type LatLng struct {
	Lat opt.Value[float64] // north of the equator, -90 to 90
	Lng opt.Value[float64] // east of Greenwich, -180 to 180
}

// ErrLatLng is the error for JSON that is no position. It does not repeat the
// input.
var ErrLatLng = errors.New("health: not a [latitude, longitude] array")

// IsZero is true only for an absent position.
func (p LatLng) IsZero() bool { return p == LatLng{} }

// MarshalJSON writes [lat, lng].
func (p LatLng) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]opt.Value[float64]{p.Lat, p.Lng})
}

// UnmarshalJSON accepts null and an array of up to two numbers or nulls. On an
// error, which is [ErrLatLng], the position is left as it was.
func (p *LatLng) UnmarshalJSON(data []byte) error {
	var coordinates []opt.Value[float64]
	if json.Unmarshal(data, &coordinates) != nil || len(coordinates) > 2 {
		return ErrLatLng
	}
	var latLng [2]opt.Value[float64]
	copy(latLng[:], coordinates)
	*p = LatLng{Lat: latLng[0], Lng: latLng[1]}
	return nil
}
