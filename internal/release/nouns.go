package release

import (
	"cmp"
	"time"
)

// Latest is the qualifier of the unpublished state of a service.
const Latest = "LATEST"

// Target names what is released: the functions of one service behind one alias.
type Target struct {
	Service   string
	Functions []string
	Alias     string
}

// Version is a published, immutable snapshot of a service.
type Version struct {
	ID          string
	Description string
	Created     string
}

// Alias is an alias as read from the cloud. ETag is empty where the service sends none.
type Alias struct {
	Name          string
	Traffic       Traffic
	Description   string
	ResolvePolicy string
	ETag          string
	// Modified is when it was last written, by the service's clock and cut to what that gives; Answered is that clock when
	// this was read. Both are zero where the service does not say.
	Modified, Answered time.Time
}

// Document is a resource as the API returned it, with every field, also those this program does not know.
type Document struct {
	Fields map[string]any
	ETag   string
	// Answered is the service's clock when it answered; zero where it does not say.
	Answered time.Time
}

// Content is everything a version freezes: the service's configuration and its functions by name.
type Content struct {
	Service   Document
	Functions map[string]Document
}

// Trigger is a trigger and the qualifier it calls ("" and LATEST are the unpublished state).
type Trigger struct {
	Function  string
	Name      string
	Type      string
	Qualifier string
	Document  Document
}

// Route is one route of a custom domain, with its place in the domain's list.
type Route struct {
	Index     int
	Path      string
	Service   string
	Function  string
	Qualifier string
}

// Domain is a custom domain with its routes; Document keeps the whole answer so that an update loses nothing.
type Domain struct {
	Name     string
	Routes   []Route
	Document Document
}

// Unpinned tells whether a qualifier follows the unpublished state.
func Unpinned(qualifier string) bool { return qualifier == "" || qualifier == Latest }

// CompareIDs orders version ids, which are decimal numbers that only grow.
func CompareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
