package health

// ActivityType is what a person did during a workout, as the provider labels it.
//
// Its zero is ActivityTypeInVehicle, a real activity: an unset type is the absent
// optional value, and a type that the source could not tell is
// ActivityTypeUnknown. Unused numbers (2, 6, 72, 107, 109 to 112, 121) are gaps
// in Terra's list.
type ActivityType int32

// What needs no explanation has none.
const (
	ActivityTypeInVehicle             ActivityType = 0 // riding in a car, bus or train; a real activity although its number is 0
	ActivityTypeBiking                ActivityType = 1 // of any kind, when no closer one is known
	ActivityTypeStill                 ActivityType = 3 // not moving
	ActivityTypeUnknown               ActivityType = 4 // the source does not say
	ActivityTypeTilting               ActivityType = 5 // the device was tilted, as when a phone is picked up
	ActivityTypeWalking               ActivityType = 7 // of any kind, when no closer one is known
	ActivityTypeRunning               ActivityType = 8 // of any kind, when no closer one is known
	ActivityTypeAerobics              ActivityType = 9
	ActivityTypeBadminton             ActivityType = 10
	ActivityTypeBaseball              ActivityType = 11
	ActivityTypeBasketball            ActivityType = 12
	ActivityTypeBiathlon              ActivityType = 13 // cross-country skiing and shooting
	ActivityTypeHandBiking            ActivityType = 14 // a cycle turned by the arms
	ActivityTypeMountainBiking        ActivityType = 15 // on rough ground
	ActivityTypeRoadBiking            ActivityType = 16 // on asphalt
	ActivityTypeSpinning              ActivityType = 17 // a class on indoor bikes
	ActivityTypeStationaryBiking      ActivityType = 18 // on an exercise bike
	ActivityTypeUtilityBiking         ActivityType = 19 // to get somewhere, as in commuting
	ActivityTypeBoxing                ActivityType = 20
	ActivityTypeCalisthenics          ActivityType = 21 // exercises with one's own weight
	ActivityTypeCircuitTraining       ActivityType = 22 // a round of exercises, repeated
	ActivityTypeCricket               ActivityType = 23
	ActivityTypeDancing               ActivityType = 24
	ActivityTypeElliptical            ActivityType = 25 // on a cross-trainer
	ActivityTypeFencing               ActivityType = 26
	ActivityTypeAmericanFootball      ActivityType = 27
	ActivityTypeAustralianFootball    ActivityType = 28 // played by Australian rules
	ActivityTypeEnglishFootball       ActivityType = 29 // soccer
	ActivityTypeFrisbee               ActivityType = 30 // and other games with a disc
	ActivityTypeGardening             ActivityType = 31 // and other work in a yard
	ActivityTypeGolf                  ActivityType = 32
	ActivityTypeGymnastics            ActivityType = 33
	ActivityTypeHandball              ActivityType = 34
	ActivityTypeHiking                ActivityType = 35
	ActivityTypeHockey                ActivityType = 36 // on ice or grass
	ActivityTypeHorsebackRiding       ActivityType = 37 // of any style
	ActivityTypeHousework             ActivityType = 38 // chores such as cleaning
	ActivityTypeJumpingRope           ActivityType = 39 // skipping
	ActivityTypeKayaking              ActivityType = 40
	ActivityTypeKettlebellTraining    ActivityType = 41
	ActivityTypeKickboxing            ActivityType = 42
	ActivityTypeKitesurfing           ActivityType = 43 // drawn by a kite, on water
	ActivityTypeMartialArts           ActivityType = 44 // of any kind, when no closer one is known
	ActivityTypeMeditation            ActivityType = 45
	ActivityTypeMixedMartialArts      ActivityType = 46 // MMA
	ActivityTypeP90XExercises         ActivityType = 47 // the home fitness program of that name
	ActivityTypeParagliding           ActivityType = 48
	ActivityTypePilates               ActivityType = 49
	ActivityTypePolo                  ActivityType = 50
	ActivityTypeRacquetball           ActivityType = 51
	ActivityTypeRockClimbing          ActivityType = 52
	ActivityTypeRowing                ActivityType = 53 // in a boat
	ActivityTypeRowingMachine         ActivityType = 54 // indoors; see also Ergometer
	ActivityTypeRugby                 ActivityType = 55
	ActivityTypeJogging               ActivityType = 56 // an easy run
	ActivityTypeRunningOnSand         ActivityType = 57 // as on a beach
	ActivityTypeTreadmillRunning      ActivityType = 58
	ActivityTypeSailing               ActivityType = 59
	ActivityTypeScubaDiving           ActivityType = 60
	ActivityTypeSkateboarding         ActivityType = 61
	ActivityTypeSkating               ActivityType = 62 // on any kind of skates, when no closer one is known
	ActivityTypeCrossSkating          ActivityType = 63 // on skates with large air-filled wheels, with poles
	ActivityTypeIndoorRollerblading   ActivityType = 64 // on inline skates
	ActivityTypeSkiing                ActivityType = 65 // of any kind, when no closer one is known
	ActivityTypeBackCountrySkiing     ActivityType = 66 // off the pistes
	ActivityTypeCrossCountrySkiing    ActivityType = 67 // Nordic
	ActivityTypeDownhillSkiing        ActivityType = 68 // alpine
	ActivityTypeKiteSkiing            ActivityType = 69 // drawn by a kite
	ActivityTypeRollerSkiing          ActivityType = 70 // on wheels
	ActivityTypeSledding              ActivityType = 71 // tobogganing
	ActivityTypeSnowboarding          ActivityType = 73
	ActivityTypeSnowmobile            ActivityType = 74 // riding one
	ActivityTypeSnowshoeing           ActivityType = 75
	ActivityTypeSquash                ActivityType = 76
	ActivityTypeStairClimbing         ActivityType = 77
	ActivityTypeStairClimbingMachine  ActivityType = 78 // on a stepper
	ActivityTypeStandUpPaddleboarding ActivityType = 79
	ActivityTypeStrengthTraining      ActivityType = 80 // against any resistance
	ActivityTypeSurfing               ActivityType = 81
	ActivityTypeSwimming              ActivityType = 82 // of any kind, when no closer one is known
	ActivityTypeSwimmingInPool        ActivityType = 83 // in lanes
	ActivityTypeOpenWaterSwimming     ActivityType = 84 // in the sea, a lake or a river
	ActivityTypeTableTennis           ActivityType = 85 // ping-pong
	ActivityTypeTeamSports            ActivityType = 86 // those without a number of their own
	ActivityTypeTennis                ActivityType = 87
	ActivityTypeTreadmill             ActivityType = 88 // walking or running
	ActivityTypeVolleyball            ActivityType = 89 // of any kind, when no closer one is known
	ActivityTypeBeachVolleyball       ActivityType = 90
	ActivityTypeIndoorVolleyball      ActivityType = 91
	ActivityTypeWakeboarding          ActivityType = 92 // drawn by a boat, on one board
	ActivityTypeWalkingForFitness     ActivityType = 93 // brisk, as a workout
	ActivityTypeNordicWalking         ActivityType = 94 // with poles
	ActivityTypeTreadmillWalking      ActivityType = 95
	ActivityTypeWaterPolo             ActivityType = 96
	ActivityTypeWeightlifting         ActivityType = 97 // with bars and free weights
	ActivityTypeWheelchair            ActivityType = 98 // moving in one
	ActivityTypeWindsurfing           ActivityType = 99 // on a board with a sail
	ActivityTypeYoga                  ActivityType = 100
	ActivityTypeZumba                 ActivityType = 101 // dance fitness
	ActivityTypeDiving                ActivityType = 102 // jumping into the water; under water it is ScubaDiving
	ActivityTypeErgometer             ActivityType = 103 // on a machine that measures work
	ActivityTypeIceSkating            ActivityType = 104
	ActivityTypeIndoorSkating         ActivityType = 105 // on any kind of skates
	ActivityTypeCurling               ActivityType = 106
	ActivityTypeOther                 ActivityType = 108 // none of the others
	ActivityTypeCrossFit              ActivityType = 113
	ActivityTypeHIIT                  ActivityType = 114 // intervals of high intensity
	ActivityTypeIntervalTraining      ActivityType = 115 // of any intensity
	ActivityTypeWalkingWithStroller   ActivityType = 116 // pushing a child
	ActivityTypeElevator              ActivityType = 117 // riding one
	ActivityTypeEscalator             ActivityType = 118 // riding one
	ActivityTypeArchery               ActivityType = 119
	ActivityTypeSoftball              ActivityType = 120
	ActivityTypeGuidedBreathing       ActivityType = 122 // following instructions
	ActivityTypeCardioTraining        ActivityType = 123 // endurance training of any kind
	ActivityTypeLacrosse              ActivityType = 124
	ActivityTypeStretching            ActivityType = 125
	ActivityTypeTriathlon             ActivityType = 126 // swimming, cycling and running
	ActivityTypeInlineSkating         ActivityType = 127 // rollerblading
	ActivityTypeSkyDiving             ActivityType = 128 // with a parachute
	ActivityTypePaddling              ActivityType = 129 // of any craft
	ActivityTypeMountaineering        ActivityType = 130 // climbing in high mountains
	ActivityTypeFishing               ActivityType = 131
	ActivityTypeWaterSkiing           ActivityType = 132 // drawn by a boat, on skis
	ActivityTypeIndoorRunning         ActivityType = 133 // on a track or a treadmill
	ActivityTypePadelTennis           ActivityType = 134 // on a small court with walls
	ActivityTypeDriving               ActivityType = 135
	ActivityTypeOffRoadDriving        ActivityType = 136
	ActivityTypeMotorbiking           ActivityType = 137 // riding a motorcycle
	ActivityTypeMotorRacing           ActivityType = 138 // on four wheels or two
	ActivityTypeEnduro                ActivityType = 139 // motorcycling cross-country
	ActivityTypeCanoeing              ActivityType = 140
	ActivityTypeOrienteering          ActivityType = 141 // finding a course with map and compass
	ActivityTypeHangGliding           ActivityType = 142
	ActivityTypeFlying                ActivityType = 143 // piloting an aircraft
	ActivityTypeHotAirBallooning      ActivityType = 144
	ActivityTypeJetSkiing             ActivityType = 145 // on a motor craft one sits astride
	ActivityTypePowerBoating          ActivityType = 146 // in a boat with an engine
	ActivityTypeGaelicFootball        ActivityType = 147
	ActivityTypeHurling               ActivityType = 148 // the Irish game with stick and ball
	ActivityTypeTrailRunning          ActivityType = 149 // off the roads
	ActivityTypeGravelCycling         ActivityType = 150 // on unpaved roads
	ActivityTypeMultisport            ActivityType = 151 // more than one discipline in one session
	ActivityTypeEBiking               ActivityType = 152 // with help from an electric motor
	ActivityTypeEMountainBiking       ActivityType = 153 // off the road, with help from an electric motor
	ActivityTypePhysicalTherapy       ActivityType = 154 // rehabilitation exercises
)

var activityTypeNames = [...]string{
	ActivityTypeInVehicle:             "in vehicle",
	ActivityTypeBiking:                "biking",
	ActivityTypeStill:                 "still",
	ActivityTypeUnknown:               "unknown",
	ActivityTypeTilting:               "tilting",
	ActivityTypeWalking:               "walking",
	ActivityTypeRunning:               "running",
	ActivityTypeAerobics:              "aerobics",
	ActivityTypeBadminton:             "badminton",
	ActivityTypeBaseball:              "baseball",
	ActivityTypeBasketball:            "basketball",
	ActivityTypeBiathlon:              "biathlon",
	ActivityTypeHandBiking:            "hand biking",
	ActivityTypeMountainBiking:        "mountain biking",
	ActivityTypeRoadBiking:            "road biking",
	ActivityTypeSpinning:              "spinning",
	ActivityTypeStationaryBiking:      "stationary biking",
	ActivityTypeUtilityBiking:         "utility biking",
	ActivityTypeBoxing:                "boxing",
	ActivityTypeCalisthenics:          "calisthenics",
	ActivityTypeCircuitTraining:       "circuit training",
	ActivityTypeCricket:               "cricket",
	ActivityTypeDancing:               "dancing",
	ActivityTypeElliptical:            "elliptical",
	ActivityTypeFencing:               "fencing",
	ActivityTypeAmericanFootball:      "american football",
	ActivityTypeAustralianFootball:    "australian football",
	ActivityTypeEnglishFootball:       "english football",
	ActivityTypeFrisbee:               "frisbee",
	ActivityTypeGardening:             "gardening",
	ActivityTypeGolf:                  "golf",
	ActivityTypeGymnastics:            "gymnastics",
	ActivityTypeHandball:              "handball",
	ActivityTypeHiking:                "hiking",
	ActivityTypeHockey:                "hockey",
	ActivityTypeHorsebackRiding:       "horseback riding",
	ActivityTypeHousework:             "housework",
	ActivityTypeJumpingRope:           "jumping rope",
	ActivityTypeKayaking:              "kayaking",
	ActivityTypeKettlebellTraining:    "kettlebell training",
	ActivityTypeKickboxing:            "kickboxing",
	ActivityTypeKitesurfing:           "kitesurfing",
	ActivityTypeMartialArts:           "martial arts",
	ActivityTypeMeditation:            "meditation",
	ActivityTypeMixedMartialArts:      "mixed martial arts",
	ActivityTypeP90XExercises:         "p90x exercises",
	ActivityTypeParagliding:           "paragliding",
	ActivityTypePilates:               "pilates",
	ActivityTypePolo:                  "polo",
	ActivityTypeRacquetball:           "racquetball",
	ActivityTypeRockClimbing:          "rock climbing",
	ActivityTypeRowing:                "rowing",
	ActivityTypeRowingMachine:         "rowing machine",
	ActivityTypeRugby:                 "rugby",
	ActivityTypeJogging:               "jogging",
	ActivityTypeRunningOnSand:         "running on sand",
	ActivityTypeTreadmillRunning:      "treadmill running",
	ActivityTypeSailing:               "sailing",
	ActivityTypeScubaDiving:           "scuba diving",
	ActivityTypeSkateboarding:         "skateboarding",
	ActivityTypeSkating:               "skating",
	ActivityTypeCrossSkating:          "cross skating",
	ActivityTypeIndoorRollerblading:   "indoor rollerblading",
	ActivityTypeSkiing:                "skiing",
	ActivityTypeBackCountrySkiing:     "back-country skiing",
	ActivityTypeCrossCountrySkiing:    "cross-country skiing",
	ActivityTypeDownhillSkiing:        "downhill skiing",
	ActivityTypeKiteSkiing:            "kite skiing",
	ActivityTypeRollerSkiing:          "roller skiing",
	ActivityTypeSledding:              "sledding",
	ActivityTypeSnowboarding:          "snowboarding",
	ActivityTypeSnowmobile:            "snowmobile",
	ActivityTypeSnowshoeing:           "snowshoeing",
	ActivityTypeSquash:                "squash",
	ActivityTypeStairClimbing:         "stair climbing",
	ActivityTypeStairClimbingMachine:  "stair climbing machine",
	ActivityTypeStandUpPaddleboarding: "stand-up paddleboarding",
	ActivityTypeStrengthTraining:      "strength training",
	ActivityTypeSurfing:               "surfing",
	ActivityTypeSwimming:              "swimming",
	ActivityTypeSwimmingInPool:        "swimming in pool",
	ActivityTypeOpenWaterSwimming:     "open water swimming",
	ActivityTypeTableTennis:           "table tennis",
	ActivityTypeTeamSports:            "team sports",
	ActivityTypeTennis:                "tennis",
	ActivityTypeTreadmill:             "treadmill",
	ActivityTypeVolleyball:            "volleyball",
	ActivityTypeBeachVolleyball:       "beach volleyball",
	ActivityTypeIndoorVolleyball:      "indoor volleyball",
	ActivityTypeWakeboarding:          "wakeboarding",
	ActivityTypeWalkingForFitness:     "walking for fitness",
	ActivityTypeNordicWalking:         "nordic walking",
	ActivityTypeTreadmillWalking:      "treadmill walking",
	ActivityTypeWaterPolo:             "water polo",
	ActivityTypeWeightlifting:         "weightlifting",
	ActivityTypeWheelchair:            "wheelchair",
	ActivityTypeWindsurfing:           "windsurfing",
	ActivityTypeYoga:                  "yoga",
	ActivityTypeZumba:                 "zumba",
	ActivityTypeDiving:                "diving",
	ActivityTypeErgometer:             "ergometer",
	ActivityTypeIceSkating:            "ice skating",
	ActivityTypeIndoorSkating:         "indoor skating",
	ActivityTypeCurling:               "curling",
	ActivityTypeOther:                 "other",
	ActivityTypeCrossFit:              "crossfit",
	ActivityTypeHIIT:                  "hiit",
	ActivityTypeIntervalTraining:      "interval training",
	ActivityTypeWalkingWithStroller:   "walking with stroller",
	ActivityTypeElevator:              "elevator",
	ActivityTypeEscalator:             "escalator",
	ActivityTypeArchery:               "archery",
	ActivityTypeSoftball:              "softball",
	ActivityTypeGuidedBreathing:       "guided breathing",
	ActivityTypeCardioTraining:        "cardio training",
	ActivityTypeLacrosse:              "lacrosse",
	ActivityTypeStretching:            "stretching",
	ActivityTypeTriathlon:             "triathlon",
	ActivityTypeInlineSkating:         "inline skating",
	ActivityTypeSkyDiving:             "sky diving",
	ActivityTypePaddling:              "paddling",
	ActivityTypeMountaineering:        "mountaineering",
	ActivityTypeFishing:               "fishing",
	ActivityTypeWaterSkiing:           "water skiing",
	ActivityTypeIndoorRunning:         "indoor running",
	ActivityTypePadelTennis:           "padel tennis",
	ActivityTypeDriving:               "driving",
	ActivityTypeOffRoadDriving:        "off-road driving",
	ActivityTypeMotorbiking:           "motorbiking",
	ActivityTypeMotorRacing:           "motor racing",
	ActivityTypeEnduro:                "enduro",
	ActivityTypeCanoeing:              "canoeing",
	ActivityTypeOrienteering:          "orienteering",
	ActivityTypeHangGliding:           "hang gliding",
	ActivityTypeFlying:                "flying",
	ActivityTypeHotAirBallooning:      "hot air ballooning",
	ActivityTypeJetSkiing:             "jet skiing",
	ActivityTypePowerBoating:          "power boating",
	ActivityTypeGaelicFootball:        "gaelic football",
	ActivityTypeHurling:               "hurling",
	ActivityTypeTrailRunning:          "trail running",
	ActivityTypeGravelCycling:         "gravel cycling",
	ActivityTypeMultisport:            "multisport",
	ActivityTypeEBiking:               "e-biking",
	ActivityTypeEMountainBiking:       "e-mountain biking",
	ActivityTypePhysicalTherapy:       "physical therapy",
}

// String is in words; a value that is not known reads ActivityType(9999).
func (e ActivityType) String() string { return intName(e, activityTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e ActivityType) Known() bool { return hasName(e, activityTypeNames[:]) }
