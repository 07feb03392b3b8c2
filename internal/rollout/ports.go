package rollout

import (
	"context"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/retry"
)

// Clock is time as the engine sees it.
type Clock = retry.Clock

// Contents reads what LATEST ("") or a version holds. A 404 satisfies release.NotFound.
type Contents interface {
	Service(ctx context.Context, service, qualifier string) (release.Document, error)
	Function(ctx context.Context, service, function, qualifier string) (release.Document, error)
	FunctionNames(ctx context.Context, service, qualifier string) ([]string, error)
}

// Versions lists (newest first) and publishes. Publish is tried once.
type Versions interface {
	Versions(ctx context.Context, service string) ([]release.Version, error)
	Publish(ctx context.Context, service, description string) (release.Version, error)
}

// Aliases reads and writes the alias. Writes set name, traffic and description, are tried once and return what the
// answer shows, which may be nothing; an ETag, when not empty, must still match.
type Aliases interface {
	Alias(ctx context.Context, service, name string) (release.Alias, error)
	CreateAlias(ctx context.Context, service string, a release.Alias) (release.Alias, error)
	UpdateAlias(ctx context.Context, service string, a release.Alias) (release.Alias, error)
}

// Finder finds what may point at the alias.
type Finder interface {
	Triggers(ctx context.Context, service, function string) ([]release.Trigger, error)
	Domains(ctx context.Context) ([]release.Domain, error)
	Domain(ctx context.Context, name string) (release.Domain, error)
}

// Binder reads one trigger or domain afresh and points it at a qualifier. Writes are tried once and return what the
// answer shows, which may be nothing.
type Binder interface {
	Trigger(ctx context.Context, service, function, name string) (release.Trigger, error)
	Domain(ctx context.Context, name string) (release.Domain, error)
	PointTrigger(ctx context.Context, service string, t release.Trigger, qualifier string) (release.Trigger, error)
	PointRoutes(ctx context.Context, d release.Domain, indexes []int, qualifier string) (release.Domain, error)
}

// Platform is all of it, for callers that need one value.
type Platform interface {
	Contents
	Versions
	Aliases
	Finder
	Binder
}
