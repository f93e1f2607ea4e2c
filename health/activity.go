package health

import "github.com/terra-go/terra/opt"

// Activity is one workout: a run, a ride, an hour of yoga. A connection has one
// Activity per Metadata.SummaryID; a later delivery of the same id holds all of
// the earlier one.
type Activity struct {
	// What, where and when.
	Metadata ActivityMetadata `json:"metadata,omitzero"`
	// What recorded the workout.
	DeviceData DeviceData `json:"device_data,omitzero"`

	// Time at each intensity.
	ActiveDurationsData ActiveDurationsData `json:"active_durations_data,omitzero"`
	// Energy in kilocalories, as most sources give it.
	CaloriesData CaloriesData `json:"calories_data,omitzero"`
	// Energy in kilojoules, beside its planned amount.
	EnergyData EnergyData `json:"energy_data,omitzero"`
	// Mechanical work.
	WorkData WorkData `json:"work_data,omitzero"`
	// Distance, steps, climbing and swimming.
	DistanceData DistanceData `json:"distance_data,omitzero"`
	// Speed, pace, cadence and torque.
	MovementData MovementData `json:"movement_data,omitzero"`
	// Mechanical power.
	PowerData PowerData `json:"power_data,omitzero"`
	// Heart rate, its variability and its zones.
	HeartRateData HeartRateData `json:"heart_rate_data,omitzero"`
	// Oxygen saturation and VO2 max.
	OxygenData OxygenData `json:"oxygen_data,omitzero"`
	// Effort as multiples of the energy spent at rest.
	METData METData `json:"MET_data,omitzero"`
	// Training stress scores, planned and reached.
	TSSData TSSData `json:"TSS_data,omitzero"`
	// Load on the heart and circulation.
	StrainData StrainData `json:"strain_data,omitzero"`
	// Lap by lap.
	LapData LapData `json:"lap_data,omitzero"`
	// The track, point by point.
	PositionData PositionData `json:"position_data,omitzero"`
	// The track, encoded for a map.
	PolylineMapData PolylineMapData `json:"polyline_map_data,omitzero"`

	// The provider's mark on a suspicious workout, in its own numbers.
	CheatDetection opt.Value[float64] `json:"cheat_detection,omitzero"`
	// Scores that Terra computes.
	DataEnrichment DataEnrichment `json:"data_enrichment,omitzero"`
}

// ActivityMetadata identifies an [Activity]. The source always gives its id, its
// type, its upload type and both ends.
type ActivityMetadata struct {
	// Unique among the workouts of one connection, perhaps not beyond.
	SummaryID opt.Value[string] `json:"summary_id,omitzero"`
	// Title, by the person or the provider.
	Name opt.Value[string] `json:"name,omitzero"`
	// The kind of sport.
	Type opt.Value[ActivityType] `json:"type,omitzero"`
	// How the workout came to the provider.
	UploadType opt.Value[UploadType] `json:"upload_type,omitzero"`
	// The workout's first moment.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The workout's last moment, pauses included.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	// City of the workout.
	City opt.Value[string] `json:"city,omitzero"`
	// State or province of the workout.
	State opt.Value[string] `json:"state,omitzero"`
	// Country of the workout, by name.
	Country opt.Value[string] `json:"country,omitzero"`
}

// DataEnrichment holds the scores that Terra computes for runs and rides, if the
// account has them enabled. Contributors map the name of a factor to its weighted
// share of the score. A score may be null in a later delivery of the same
// workout; a null takes nothing back.
type DataEnrichment struct {
	// Output for the effort spent.
	EfficiencyScore opt.Value[float64] `json:"efficiency_score,omitzero"`
	// Shares of EfficiencyScore.
	EfficiencyContributors map[string]float64 `json:"efficiency_contributors,omitzero"`
	// Load on the body.
	StrainScore opt.Value[float64] `json:"strain_score,omitzero"`
	// Shares of StrainScore.
	StrainContributors map[string]float64 `json:"strain_contributors,omitzero"`
	// Strain in relation to how recovered the person was.
	RCRSScore opt.Value[float64] `json:"rcrs_score,omitzero"`
	// Shares of RCRSScore.
	RCRSContributors map[string]float64 `json:"rcrs_contributors,omitzero"`
	// Training impulse: duration weighted by heart rate.
	TRIMPScore opt.Value[float64] `json:"trimp_score,omitzero"`
	// Shares of TRIMPScore.
	TRIMPContributors map[string]float64 `json:"trimp_contributors,omitzero"`
}

// EnergyData is the energy that a workout took.
type EnergyData struct {
	// Energy spent, kJ.
	EnergyKilojoules opt.Value[float64] `json:"energy_kilojoules,omitzero"`
	// Energy that the person set out to spend, kJ.
	EnergyPlannedKilojoules opt.Value[float64] `json:"energy_planned_kilojoules,omitzero"`
}

// WorkData is the mechanical work of a workout, as a power meter sums it up; the
// body spends several times as much.
type WorkData struct {
	// Whole workout, kJ.
	WorkKilojoules opt.Value[float64] `json:"work_kilojoules,omitzero"`
}

// DistanceData is how far a workout went, as a summary and as samples.
type DistanceData struct {
	// Totals.
	Summary DistanceDataSummary `json:"summary,omitzero"`
	// How the totals came about.
	Detailed DistanceDataDetailed `json:"detailed,omitzero"`
}

// DistanceDataSummary holds the totals of a workout.
type DistanceDataSummary struct {
	// Whole workout, m.
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	// Whole workout.
	Steps opt.Value[int64] `json:"steps,omitzero"`
	// Height gained, in floors as the provider counts them.
	FloorsClimbed opt.Value[int64] `json:"floors_climbed,omitzero"`
	// Height above the sea, gain and loss.
	Elevation ElevationData `json:"elevation,omitzero"`
	// Laps and strokes, if the workout was a swim.
	Swimming SwimmingData `json:"swimming,omitzero"`
}

// MovementData is how fast a workout went. Averages and maxima are over the whole
// workout.
type MovementData struct {
	// Speed along the ground, m/s.
	AvgSpeedMetersPerSecond opt.Value[float64] `json:"avg_speed_meters_per_second,omitzero"`
	// Highest speed, m/s.
	MaxSpeedMetersPerSecond opt.Value[float64] `json:"max_speed_meters_per_second,omitzero"`
	// Highest speed after Terra has removed outliers of the measurement, m/s.
	AdjustedMaxSpeedMetersPerSecond opt.Value[float64] `json:"adjusted_max_speed_meters_per_second,omitzero"`
	// Average that allows for varying conditions, m/s; from few providers.
	NormalizedSpeedMetersPerSecond opt.Value[float64] `json:"normalized_speed_meters_per_second,omitzero"`
	// Velocity where a provider tells it from speed, m/s; from few providers.
	AvgVelocityMetersPerSecond opt.Value[float64] `json:"avg_velocity_meters_per_second,omitzero"`
	// Highest velocity, m/s; from few providers.
	MaxVelocityMetersPerSecond opt.Value[float64] `json:"max_velocity_meters_per_second,omitzero"`
	// Minutes per km, lower is faster.
	AvgPaceMinutesPerKilometer opt.Value[float64] `json:"avg_pace_minutes_per_kilometer,omitzero"`
	// Pace at its maximum as the provider means it, minutes per km.
	MaxPaceMinutesPerKilometer opt.Value[float64] `json:"max_pace_minutes_per_kilometer,omitzero"`
	// Turns of the pedals, or steps, per minute.
	AvgCadenceRPM opt.Value[float64] `json:"avg_cadence_rpm,omitzero"`
	// Highest cadence, per minute; mostly of rides.
	MaxCadenceRPM opt.Value[float64] `json:"max_cadence_rpm,omitzero"`
	// Turning force, N·m; mostly of rides.
	AvgTorqueNewtonMeters opt.Value[float64] `json:"avg_torque_newton_meters,omitzero"`
	// Highest turning force, N·m; mostly of rides.
	MaxTorqueNewtonMeters opt.Value[float64] `json:"max_torque_newton_meters,omitzero"`

	// In order of time, at intervals of the device's choice.
	SpeedSamples []SpeedSample `json:"speed_samples,omitzero"`
	// In order of time, at intervals of the device's choice.
	CadenceSamples []CadenceSample `json:"cadence_samples,omitzero"`
	// In order of time, at intervals of the device's choice.
	TorqueSamples []TorqueSample `json:"torque_samples,omitzero"`
}

// SpeedSample is the speed at one moment.
type SpeedSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Speed at that moment, m/s.
	SpeedMetersPerSecond opt.Value[float64] `json:"speed_meters_per_second,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// CadenceSample is the cadence at one moment.
type CadenceSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Turns of the pedals, or steps, per minute.
	CadenceRPM opt.Value[float64] `json:"cadence_rpm,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// TorqueSample is the turning force at one moment.
type TorqueSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Turning force at that moment, N·m.
	TorqueNewtonMeters opt.Value[float64] `json:"torque_newton_meters,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// PowerData is the mechanical power of a workout, over the whole of it and moment
// by moment.
type PowerData struct {
	// Mean power, W.
	AvgWatts opt.Value[float64] `json:"avg_watts,omitzero"`
	// Highest power, W.
	MaxWatts opt.Value[float64] `json:"max_watts,omitzero"`
	// In order of time, at intervals of the device's choice.
	PowerSamples []PowerSample `json:"power_samples,omitzero"`
}

// PowerSample is the mechanical power at one moment.
type PowerSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Power at that moment.
	Watts opt.Value[float64] `json:"watts,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// TSSData holds training stress scores; an hour at the athlete's threshold is
// 100.
type TSSData struct {
	// One for each method of reckoning.
	TSSSamples []TSSSample `json:"TSS_samples,omitzero"`
}

// TSSSample is the training stress of a workout by one method of reckoning.
type TSSSample struct {
	// Score that the plan asked for.
	Planned opt.Value[float64] `json:"planned,omitzero"`
	// Score reached.
	Actual opt.Value[float64] `json:"actual,omitzero"`
	// How the provider reckons the score, in its own words.
	Method opt.Value[string] `json:"method,omitzero"`
	// Intensity that the plan asked for, where 1 is the athlete's threshold.
	IntensityFactorPlanned opt.Value[float64] `json:"intensity_factor_planned,omitzero"`
	// Intensity reached, where 1 is the athlete's threshold.
	IntensityFactorActual opt.Value[float64] `json:"intensity_factor_actual,omitzero"`
	// The steady power that would have been as hard, W.
	NormalizedPowerWatts opt.Value[float64] `json:"normalized_power_watts,omitzero"`
}

// LapData is a workout cut into laps.
type LapData struct {
	// In order of time. A device may mix laps that the athlete marked with
	// automatic ones; see [LapSample]'s TriggerMethod.
	Laps []LapSample `json:"laps,omitzero"`
}

// LapSample is one lap; averages and totals are the lap's.
type LapSample struct {
	// The lap's first moment.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The lap's last moment.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Time in motion, s.
	ActiveDurationSeconds opt.Value[int64] `json:"active_duration_seconds,omitzero"`
	// Length, m.
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	// Mean speed, m/s.
	AvgSpeedMetersPerSecond opt.Value[float64] `json:"avg_speed_meters_per_second,omitzero"`
	// Mean heart rate, beats per minute.
	AvgHRBPM opt.Value[float64] `json:"avg_hr_bpm,omitzero"`
	// Mean power, W.
	AvgWatts opt.Value[float64] `json:"avg_watts,omitzero"`
	// Energy burned, kcal.
	Calories opt.Value[float64] `json:"calories,omitzero"`
	// Count of arm strokes, of swims alone.
	TotalStrokes opt.Value[int64] `json:"total_strokes,omitzero"`
	// How the lap was swum; free text, most often a [StrokeType].
	StrokeType opt.Value[string] `json:"stroke_type,omitzero"`
	// What ended the lap: MANUAL, TIME, DISTANCE, POSITION_START, POSITION_LAP,
	// POSITION_WAYPOINT, POSITION_MARKED, SESSION_END, FITNESS_EQUIPMENT, or
	// UNSPECIFIED for anything else.
	TriggerMethod opt.Value[string] `json:"trigger_method,omitzero"`
}

// PositionData is where a workout went.
type PositionData struct {
	// Where the workout began.
	StartPosLatLngDeg LatLng `json:"start_pos_lat_lng_deg,omitzero"`
	// Position half-way through the workout.
	CenterPosLatLngDeg LatLng `json:"center_pos_lat_lng_deg,omitzero"`
	// Where the workout ended.
	EndPosLatLngDeg LatLng `json:"end_pos_lat_lng_deg,omitzero"`
	// The track, in order of time.
	PositionSamples []PositionSample `json:"position_samples,omitzero"`
}

// PositionSample is the position at one moment.
type PositionSample struct {
	// When the person was there.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Where the person was.
	CoordsLatLngDeg LatLng `json:"coords_lat_lng_deg,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// PolylineMapData is the track in a compact form.
type PolylineMapData struct {
	// Google's encoded polyline format, five decimal digits of a degree.
	SummaryPolyline opt.Value[string] `json:"summary_polyline,omitzero"`
}
