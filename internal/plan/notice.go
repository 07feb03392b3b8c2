package plan

import (
	"slices"
	"strings"
)

// NoticeKind names something a user should know about a plan; the words are the report's.
type NoticeKind string

// What a plan may have to say. Args of each in order.
const (
	NoticeFirst           NoticeKind = "first_release"    // none
	NoticeBaseGone        NoticeKind = "base_gone"        // base version
	NoticeMissingInBase   NoticeKind = "missing_in_base"  // functions, base version
	NoticeTidy            NoticeKind = "tidy"             // version, traffic before
	NoticeReplaced        NoticeKind = "canary_replaced"  // version, weight
	NoticeLeft            NoticeKind = "binding_left"     // binding, qualifier
	NoticeRebound         NoticeKind = "binding_rebound"  // binding, qualifier
	NoticeSecondHTTP      NoticeKind = "second_http"      // binding
	NoticeSuperseded      NoticeKind = "superseded"       // version, stage
	NoticeContinued       NoticeKind = "continued"        // version, stage
	NoticeBindingsChanged NoticeKind = "bindings_changed" // none
	NoticeAccepted        NoticeKind = "accepted"         // version, traffic expected, traffic found
	NoticeMovedBefore     NoticeKind = "moved_before"     // traffic expected, traffic found
	NoticeUnexplained     NoticeKind = "unexplained"      // version, weight
	NoticeBindLater       NoticeKind = "bind_later"       // binding
	NoticeUnbound         NoticeKind = "unbound"          // trigger, alias
	NoticeNoStrategy      NoticeKind = "no_strategy"      // none
	NoticePartialRead     NoticeKind = "partial_read"     // reason
)

// Notice is one of them with its details.
type Notice struct {
	Kind NoticeKind
	Args []string
}

func (p *Plan) note(kind NoticeKind, args ...string) {
	p.Notices = append(p.Notices, Notice{kind, args})
}

func joined(names []string) string { return strings.Join(slices.Sorted(slices.Values(names)), ", ") }
