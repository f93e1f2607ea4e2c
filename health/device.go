package health

import "github.com/terra-go/terra/opt"

type DeviceData struct {
	ActivationTimestamp Timestamp         `json:"activation_timestamp,omitzero"`
	DataProvided        []DeviceDataType  `json:"data_provided,omitzero"`
	HardwareVersion     opt.Value[string] `json:"hardware_version,omitzero"`
	LastUploadDate      Timestamp         `json:"last_upload_date,omitzero"`
	Manufacturer        opt.Value[string] `json:"manufacturer,omitzero"`
	Name                opt.Value[string] `json:"name,omitzero"`
	OtherDevices        []OtherDeviceData `json:"other_devices,omitzero"`
	SerialNumber        opt.Value[string] `json:"serial_number,omitzero"`
	SoftwareVersion     opt.Value[string] `json:"software_version,omitzero"`
}

type OtherDeviceData struct {
	Manufacturer    opt.Value[string] `json:"manufacturer,omitzero"`
	HardwareVersion opt.Value[string] `json:"hardware_version,omitzero"`
	SerialNumber    opt.Value[string] `json:"serial_number,omitzero"`
	Name            opt.Value[string] `json:"name,omitzero"`
	SoftwareVersion opt.Value[string] `json:"software_version,omitzero"`
	DataProvided    []DeviceDataType  `json:"data_provided,omitzero"`
	LastUploadDate  Timestamp         `json:"last_upload_date,omitzero"`
}
