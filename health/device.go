package health

import "github.com/terra-go/terra/opt"

// DeviceData is what recorded a record: a wearable, a phone, or the app that
// handed the data on.
type DeviceData struct {
	// Model, or the name or package of an app that collects from others, the way
	// Google Fit does.
	Name opt.Value[string] `json:"name,omitzero"`
	// The maker, such as Garmin.
	Manufacturer opt.Value[string] `json:"manufacturer,omitzero"`
	// The maker's number for this one device.
	SerialNumber opt.Value[string] `json:"serial_number,omitzero"`
	// Revision of the device itself.
	HardwareVersion opt.Value[string] `json:"hardware_version,omitzero"`
	// Revision of its firmware, or of the app.
	SoftwareVersion opt.Value[string] `json:"software_version,omitzero"`
	// When the device was put into service.
	ActivationTimestamp Timestamp `json:"activation_timestamp,omitzero"`
	// When the device last sent its data to the provider.
	LastUploadDate Timestamp `json:"last_upload_date,omitzero"`
	// What this device contributed.
	DataProvided []DeviceDataType `json:"data_provided,omitzero"`
	// Further devices that contributed, such as a chest strap.
	OtherDevices []OtherDeviceData `json:"other_devices,omitzero"`
}

// OtherDeviceData is a device that contributed to a record beside its main one.
type OtherDeviceData struct {
	// Model, or the name or package of an app that collects from others, the way
	// Google Fit does.
	Name opt.Value[string] `json:"name,omitzero"`
	// The maker, such as Garmin.
	Manufacturer opt.Value[string] `json:"manufacturer,omitzero"`
	// The maker's number for this one device.
	SerialNumber opt.Value[string] `json:"serial_number,omitzero"`
	// Revision of the device itself.
	HardwareVersion opt.Value[string] `json:"hardware_version,omitzero"`
	// Revision of its firmware, or of the app.
	SoftwareVersion opt.Value[string] `json:"software_version,omitzero"`
	// When the device last sent its data to the provider.
	LastUploadDate Timestamp `json:"last_upload_date,omitzero"`
	// What this device contributed.
	DataProvided []DeviceDataType `json:"data_provided,omitzero"`
}
