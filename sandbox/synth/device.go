package synth

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// wears fills in the device that recorded something up to a moment.
func (p *Person) wears(r *health.DeviceData, upload health.Timestamp) {
	if p.provider.device == "" {
		return
	}
	k := p.account.of(sigDevice)
	r.Manufacturer = opt.Some(p.provider.maker)
	r.Name = opt.Some(p.provider.device)
	r.SerialNumber = opt.Some(fmt.Sprintf("%s%09d", strings.ToUpper(p.provider.maker[:2]), k.at(0).intn(1e9)))
	r.SoftwareVersion = opt.Some(fmt.Sprintf("%d.%02d", 2+k.at(1).intn(18), k.at(2).intn(60)))
	r.LastUploadDate = upload
	for _, has := range [...]struct {
		signal Signal
		kind   health.DeviceDataType
	}{
		{Steps, health.DeviceDataTypeSteps},
		{Durations, health.DeviceDataTypeActiveMinutes},
		{Energy, health.DeviceDataTypeCalories},
		{Distance, health.DeviceDataTypeDistance},
		{HeartRate, health.DeviceDataTypeHeartRate},
		{Oxygen, health.DeviceDataTypeOxygenSaturation},
		{Stages, health.DeviceDataTypeSleepType},
		{Speed, health.DeviceDataTypeSpeed},
		{Cadence, health.DeviceDataTypeCadence},
	} {
		if p.has(has.signal) {
			r.DataProvided = append(r.DataProvided, has.kind)
		}
	}
}

// id is a UUID that belongs to the person, the provider, and the i-th thing of a
// kind on day n.
func (p *Person) id(s signal, n, i int64) string {
	k := p.account.of(sigIdentity).of(s).at(n).at(i)
	var b [16]byte
	for j := range b {
		b[j] = byte(k.at(int64(j/8)) >> (j % 8 * 8))
	}
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
