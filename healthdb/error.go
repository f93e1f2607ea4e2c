package healthdb

// RejectedError says that a delivery cannot be applied, now or later, and why. It
// quotes nothing of the delivery.
type RejectedError struct {
	Reason string
}

func (e *RejectedError) Error() string { return "healthdb: " + e.Reason }

// Permanent is true: trying again does not help.
func (e *RejectedError) Permanent() bool { return true }

func reject(reason string) error { return &RejectedError{Reason: reason} }
