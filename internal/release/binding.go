package release

import (
	"cmp"
	"fmt"
)

// BindingKind says what is pointed at the alias.
type BindingKind string

// The kinds of things that can point at an alias.
const (
	BindTrigger BindingKind = "trigger"
	BindRoute   BindingKind = "route"
)

// Binding is one trigger, or one route of a custom domain, that must point at the alias.
type Binding struct {
	Kind     BindingKind
	Function string
	// Name is the trigger's name or the domain's.
	Name string
	// Path is the route's path; empty for a trigger.
	Path string
	// Index is the route's place in the domain's list when it was planned: a path may occur twice, for other methods.
	Index int
	// From is the qualifier seen when the release was planned.
	From string
}

// String names the binding for people: "trigger web of function hello", "route example.com/*".
func (b Binding) String() string {
	if b.Kind == BindTrigger {
		return fmt.Sprintf("trigger %s of function %s", b.Name, b.Function)
	}
	return fmt.Sprintf("route %s%s to function %s", b.Name, b.Path, b.Function)
}

// Qualified is what From reads as for people: an absent qualifier is LATEST.
func Qualified(qualifier string) string { return cmp.Or(qualifier, Latest) }
