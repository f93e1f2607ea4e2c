package health

import "github.com/terra-go/terra/opt"

// HormoneSample is one hormone test, of urine in most cases; a test fills the
// fields it covers. Unlike other records it has no metadata: within a connection
// the timestamp is what tells tests apart.
type HormoneSample struct {
	// When the test was taken, always given and with its offset.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Luteinizing hormone, mIU/ml; surges a day or two before ovulation.
	LHMIUPerMl opt.Value[float64] `json:"lh_mIU_per_ml,omitzero"`
	// Estrone-3-glucuronide, ng/ml: what is left of estrogen in urine. It climbs
	// towards ovulation.
	E3GNgPerMl opt.Value[float64] `json:"e3g_ng_per_ml,omitzero"`
	// Pregnanediol glucuronide, µg/ml: what is left of progesterone in urine. A
	// rise shows that ovulation took place.
	PdGUgPerMl opt.Value[float64] `json:"pdg_ug_per_ml,omitzero"`
	// Human chorionic gonadotropin, mIU/ml; high in pregnancy.
	HCGMIUPerMl opt.Value[float64] `json:"hcg_mIU_per_ml,omitzero"`
	// Follicle-stimulating hormone, mIU/ml; high for long when the ovaries run low
	// or menopause nears.
	FSHMIUPerMl opt.Value[float64] `json:"fsh_mIU_per_ml,omitzero"`
}
