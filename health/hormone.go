package health

import "github.com/terra-go/terra/opt"

type HormoneSample struct {
	Timestamp   Timestamp          `json:"timestamp,omitzero"`
	LHMIUPerMl  opt.Value[float64] `json:"lh_mIU_per_ml,omitzero"`
	E3GNgPerMl  opt.Value[float64] `json:"e3g_ng_per_ml,omitzero"`
	PdGUgPerMl  opt.Value[float64] `json:"pdg_ug_per_ml,omitzero"`
	HCGMIUPerMl opt.Value[float64] `json:"hcg_mIU_per_ml,omitzero"`
	FSHMIUPerMl opt.Value[float64] `json:"fsh_mIU_per_ml,omitzero"`
}
