package fcsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// store is the state of an account. It knows resources and their rules but no paths, headers or error bodies, so
// that another dialect can be served from it. Every method takes the lock once and answers with copies.
type store struct {
	accountID, region string
	seed              uint64
	now               func() time.Time

	mu        sync.Mutex
	revision  uint64
	services  map[string]*service
	domains   map[string]*entity
	code      map[string]*code // by checksum, for downloads
	fineTimes bool
}

// entity is a document with the revision its ETag is made of.
type entity struct {
	doc      document
	revision uint64
}

// result is a copy of an entity as a dialect sees it.
type result struct {
	doc  document
	etag string
}

type list struct {
	items []document
	next  string
}

func newStore(accountID, region string, seed uint64, now func() time.Time) *store {
	return &store{
		accountID: accountID, region: region, seed: seed, now: now,
		services: map[string]*service{},
		domains:  map[string]*entity{},
		code:     map[string]*code{},
	}
}

func (e *entity) etag() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "etag/%d", e.revision))
	return hex.EncodeToString(sum[:16])
}

func (e *entity) result() result { return result{doc: cloneDocument(e.doc), etag: e.etag()} }

// match checks an If-Match header, quoted or not; an empty one always matches.
func (e *entity) match(ifMatch string) error {
	want := strings.Trim(strings.TrimPrefix(strings.TrimSpace(ifMatch), "W/"), `"`)
	if want == "" || want == "*" || want == e.etag() {
		return nil
	}
	return fail(412, "PreconditionFailed", "the resource has changed: its ETag is %q, not %q", e.etag(), want)
}

// born gives a new entity its id, times and first revision.
func (s *store) born(e *entity, idField string) {
	s.touch(e)
	e.doc["createdTime"] = e.doc["lastModifiedTime"]
	if idField != "" {
		e.doc[idField] = s.id("id", s.revision)
	}
}

// touch gives an entity a revision that no entity ever had, so an ETag stays unique even when content returns.
func (s *store) touch(e *entity) {
	s.revision++
	e.revision = s.revision
	e.doc["lastModifiedTime"] = s.stamp()
}

func (s *store) stamp() string {
	if s.fineTimes {
		return s.now().UTC().Format(time.RFC3339Nano)
	}
	return s.now().UTC().Format(time.RFC3339)
}

func (s *store) id(kind string, n uint64) string {
	return uuid(fmt.Sprintf("%s/%d/%d", kind, s.seed, n))
}

// uuid spells the hash of a name like a random id, so that runs with one seed are alike.
func uuid(name string) string {
	sum := sha256.Sum256([]byte(name))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var namePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,127}$`)

func checkName(field, name string) error {
	if namePattern.MatchString(name) {
		return nil
	}
	return invalid("%s %q is no valid name: use letters, digits, _ and -, do not start with a digit or -, 1 to 128 characters",
		field, name)
}

// lookup finds a service; callers hold the lock.
func (s *store) lookup(name string) (*service, error) {
	if svc, ok := s.services[name]; ok {
		return svc, nil
	}
	return nil, notFound("ServiceNotFound", "service '%s' does not exist", name)
}

// listEntities pages over entities by name.
func listEntities[E any](p page, all map[string]E, show func(E) document) list {
	keys, next := p.cut(slices.Sorted(maps.Keys(all)), byName)
	l := list{items: make([]document, 0, len(keys)), next: next}
	for _, k := range keys {
		l.items = append(l.items, cloneDocument(show(all[k])))
	}
	return l
}
