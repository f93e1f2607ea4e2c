package health

import "github.com/terra-go/terra/opt"

type Activity struct {
	ActiveDurationsData ActiveDurationsData `json:"active_durations_data,omitzero"`
	CaloriesData        CaloriesData        `json:"calories_data,omitzero"`
	CheatDetection      opt.Value[float64]  `json:"cheat_detection,omitzero"`
	DataEnrichment      DataEnrichment      `json:"data_enrichment,omitzero"`
	DeviceData          DeviceData          `json:"device_data,omitzero"`
	DistanceData        DistanceData        `json:"distance_data,omitzero"`
	EnergyData          EnergyData          `json:"energy_data,omitzero"`
	HeartRateData       HeartRateData       `json:"heart_rate_data,omitzero"`
	LapData             LapData             `json:"lap_data,omitzero"`
	METData             METData             `json:"MET_data,omitzero"`
	Metadata            ActivityMetadata    `json:"metadata,omitzero"`
	MovementData        MovementData        `json:"movement_data,omitzero"`
	OxygenData          OxygenData          `json:"oxygen_data,omitzero"`
	PolylineMapData     PolylineMapData     `json:"polyline_map_data,omitzero"`
	PositionData        PositionData        `json:"position_data,omitzero"`
	PowerData           PowerData           `json:"power_data,omitzero"`
	StrainData          StrainData          `json:"strain_data,omitzero"`
	TSSData             TSSData             `json:"TSS_data,omitzero"`
	WorkData            WorkData            `json:"work_data,omitzero"`
}

type DataEnrichment struct {
	EfficiencyScore        opt.Value[float64] `json:"efficiency_score,omitzero"`
	EfficiencyContributors map[string]float64 `json:"efficiency_contributors,omitzero"`
	StrainScore            opt.Value[float64] `json:"strain_score,omitzero"`
	StrainContributors     map[string]float64 `json:"strain_contributors,omitzero"`
	RCRSScore              opt.Value[float64] `json:"rcrs_score,omitzero"`
	RCRSContributors       map[string]float64 `json:"rcrs_contributors,omitzero"`
	TRIMPScore             opt.Value[float64] `json:"trimp_score,omitzero"`
	TRIMPContributors      map[string]float64 `json:"trimp_contributors,omitzero"`
}

type DistanceData struct {
	Detailed DistanceDataDetailed `json:"detailed,omitzero"`
	Summary  DistanceDataSummary  `json:"summary,omitzero"`
}

type DistanceDataSummary struct {
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	Elevation      ElevationData      `json:"elevation,omitzero"`
	FloorsClimbed  opt.Value[int64]   `json:"floors_climbed,omitzero"`
	Steps          opt.Value[int64]   `json:"steps,omitzero"`
	Swimming       SwimmingData       `json:"swimming,omitzero"`
}

type EnergyData struct {
	EnergyKilojoules        opt.Value[float64] `json:"energy_kilojoules,omitzero"`
	EnergyPlannedKilojoules opt.Value[float64] `json:"energy_planned_kilojoules,omitzero"`
}

type LapData struct {
	Laps []LapSample `json:"laps,omitzero"`
}

type LapSample struct {
	Calories                opt.Value[float64] `json:"calories,omitzero"`
	AvgHRBPM                opt.Value[float64] `json:"avg_hr_bpm,omitzero"`
	StartTime               Timestamp          `json:"start_time,omitzero"`
	AvgSpeedMetersPerSecond opt.Value[float64] `json:"avg_speed_meters_per_second,omitzero"`
	DistanceMeters          opt.Value[float64] `json:"distance_meters,omitzero"`
	TotalStrokes            opt.Value[int64]   `json:"total_strokes,omitzero"`
	EndTime                 Timestamp          `json:"end_time,omitzero"`
	StrokeType              opt.Value[string]  `json:"stroke_type,omitzero"`
	AvgWatts                opt.Value[float64] `json:"avg_watts,omitzero"`
	ActiveDurationSeconds   opt.Value[int64]   `json:"active_duration_seconds,omitzero"`
	TriggerMethod           opt.Value[string]  `json:"trigger_method,omitzero"`
}

type ActivityMetadata struct {
	City                  opt.Value[string]                `json:"city,omitzero"`
	Country               opt.Value[string]                `json:"country,omitzero"`
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	Name                  opt.Value[string]                `json:"name,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	State                 opt.Value[string]                `json:"state,omitzero"`
	SummaryID             opt.Value[string]                `json:"summary_id,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	Type                  opt.Value[ActivityType]          `json:"type,omitzero"`
	UploadType            opt.Value[UploadType]            `json:"upload_type,omitzero"`
}

type MovementData struct {
	AdjustedMaxSpeedMetersPerSecond opt.Value[float64] `json:"adjusted_max_speed_meters_per_second,omitzero"`
	AvgCadenceRPM                   opt.Value[float64] `json:"avg_cadence_rpm,omitzero"`
	AvgPaceMinutesPerKilometer      opt.Value[float64] `json:"avg_pace_minutes_per_kilometer,omitzero"`
	AvgSpeedMetersPerSecond         opt.Value[float64] `json:"avg_speed_meters_per_second,omitzero"`
	AvgTorqueNewtonMeters           opt.Value[float64] `json:"avg_torque_newton_meters,omitzero"`
	AvgVelocityMetersPerSecond      opt.Value[float64] `json:"avg_velocity_meters_per_second,omitzero"`
	CadenceSamples                  []CadenceSample    `json:"cadence_samples,omitzero"`
	MaxCadenceRPM                   opt.Value[float64] `json:"max_cadence_rpm,omitzero"`
	MaxPaceMinutesPerKilometer      opt.Value[float64] `json:"max_pace_minutes_per_kilometer,omitzero"`
	MaxSpeedMetersPerSecond         opt.Value[float64] `json:"max_speed_meters_per_second,omitzero"`
	MaxTorqueNewtonMeters           opt.Value[float64] `json:"max_torque_newton_meters,omitzero"`
	MaxVelocityMetersPerSecond      opt.Value[float64] `json:"max_velocity_meters_per_second,omitzero"`
	NormalizedSpeedMetersPerSecond  opt.Value[float64] `json:"normalized_speed_meters_per_second,omitzero"`
	SpeedSamples                    []SpeedSample      `json:"speed_samples,omitzero"`
	TorqueSamples                   []TorqueSample     `json:"torque_samples,omitzero"`
}

type CadenceSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	CadenceRPM           opt.Value[float64] `json:"cadence_rpm,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type SpeedSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	SpeedMetersPerSecond opt.Value[float64] `json:"speed_meters_per_second,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type TorqueSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
	TorqueNewtonMeters   opt.Value[float64] `json:"torque_newton_meters,omitzero"`
}

type PolylineMapData struct {
	SummaryPolyline opt.Value[string] `json:"summary_polyline,omitzero"`
}

type PositionData struct {
	CenterPosLatLngDeg LatLng           `json:"center_pos_lat_lng_deg,omitzero"`
	EndPosLatLngDeg    LatLng           `json:"end_pos_lat_lng_deg,omitzero"`
	PositionSamples    []PositionSample `json:"position_samples,omitzero"`
	StartPosLatLngDeg  LatLng           `json:"start_pos_lat_lng_deg,omitzero"`
}

type PositionSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	CoordsLatLngDeg      LatLng             `json:"coords_lat_lng_deg,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type PowerData struct {
	AvgWatts     opt.Value[float64] `json:"avg_watts,omitzero"`
	MaxWatts     opt.Value[float64] `json:"max_watts,omitzero"`
	PowerSamples []PowerSample      `json:"power_samples,omitzero"`
}

type PowerSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	Watts                opt.Value[float64] `json:"watts,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type TSSData struct {
	TSSSamples []TSSSample `json:"TSS_samples,omitzero"`
}

type TSSSample struct {
	Planned                opt.Value[float64] `json:"planned,omitzero"`
	Actual                 opt.Value[float64] `json:"actual,omitzero"`
	Method                 opt.Value[string]  `json:"method,omitzero"`
	IntensityFactorPlanned opt.Value[float64] `json:"intensity_factor_planned,omitzero"`
	IntensityFactorActual  opt.Value[float64] `json:"intensity_factor_actual,omitzero"`
	NormalizedPowerWatts   opt.Value[float64] `json:"normalized_power_watts,omitzero"`
}

type WorkData struct {
	WorkKilojoules opt.Value[float64] `json:"work_kilojoules,omitzero"`
}
