package fcsim

import "slices"

// Quirks choose between behaviours for which no public source settles what the cloud does, and add a few
// failures of the whole account. The zero value is the best documented behaviour.
type Quirks struct {
	// NoETag leaves ETag headers out and so ignores If-Match.
	NoETag bool `json:"noETag,omitempty"`
	// IgnoreIfMatch sends ETags but never answers 412.
	IgnoreIfMatch bool `json:"ignoreIfMatch,omitempty"`
	// PublishNoChangeStatus is the HTTP status of a publish without changes; 0 means 400.
	PublishNoChangeStatus int `json:"publishNoChangeStatus,omitempty"`
	// PublishRefusesAlways says that nothing changed whatever changed.
	PublishRefusesAlways bool `json:"publishRefusesAlways,omitempty"`
	// CapitalErrors names error fields ErrorCode, ErrorMessage, RequestId in every dialect.
	CapitalErrors bool `json:"capitalErrors,omitempty"`
	// EmptyErrorBodies answers errors with their status and no body.
	EmptyErrorBodies bool `json:"emptyErrorBodies,omitempty"`
	// HTMLErrors answers errors with a page as a proxy in between would.
	HTMLErrors bool `json:"htmlErrors,omitempty"`
	// NoVersionHeader leaves the serving version out of invocation answers.
	NoVersionHeader bool `json:"noVersionHeader,omitempty"`
	// AliasNoChangeOK lets an alias update that changes nothing succeed.
	AliasNoChangeOK bool `json:"aliasNoChangeOK,omitempty"`
	// DropAliasDescription takes alias descriptions and forgets them.
	DropAliasDescription bool `json:"dropAliasDescription,omitempty"`
	// StaleAliasReads is how many GetAlias calls after an update still return the state before it.
	StaleAliasReads int `json:"staleAliasReads,omitempty"`
	// WeightsMayNameMain accepts the main version among the additional weights of an alias.
	WeightsMayNameMain bool `json:"weightsMayNameMain,omitempty"`
	// TriggerUpdateReplaces empties the fields an UpdateTrigger leaves out.
	TriggerUpdateReplaces bool `json:"triggerUpdateReplaces,omitempty"`
	// NoQualifierAlias resolves the qualifier of reads as a version only; invocations still accept aliases.
	NoQualifierAlias bool `json:"noQualifierAlias,omitempty"`
	// Forbid names operations answered with 403 AccessDenied, as for a key without that permission.
	Forbid []string `json:"forbid,omitempty"`
}

func (q Quirks) clone() Quirks {
	q.Forbid = slices.Clone(q.Forbid)
	return q
}

func (q Quirks) ignoresIfMatch() bool { return q.NoETag || q.IgnoreIfMatch }
