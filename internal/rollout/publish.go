package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/resume"
)

// publish makes a version of LATEST. Meanwhile triggers and domains are looked at afresh, because their writes follow.
func (r *run) publish(ctx context.Context) error {
	var looks sync.WaitGroup
	if len(r.pins) > 0 {
		looks.Go(func() { r.binder.lookAll(ctx, r.pins) })
	}
	err := r.publishOnce(ctx)
	looks.Wait()
	return err
}

// publishOnce never publishes twice: after a lost answer it looks for the version with this run's label first.
func (r *run) publishOnce(ctx context.Context) error {
	description := label(r.Description, r.Label)
	b := r.backoff()
	for {
		if err := r.mayWrite(); err != nil {
			return err
		}
		v, err := r.Versions.Publish(ctx, r.plan.Target.Service, description)
		if err == nil {
			r.published(Event{Kind: EventPublished, Version: v.ID})
			return nil
		}
		if !errors.Is(err, release.ErrNoChange) && !release.Retryable(err) {
			return err
		}
		versions, listErr := r.Versions.Versions(ctx, r.plan.Target.Service)
		if listErr != nil {
			return errors.Join(err, listErr)
		}
		if i := slices.IndexFunc(versions, func(v release.Version) bool { return strings.Contains(v.Description, mark(r.Label)) }); i >= 0 {
			r.published(Event{Kind: EventPublished, Version: versions[i].ID})
			return nil
		}
		if errors.Is(err, release.ErrNoChange) && len(versions) > 0 {
			return r.reuse(ctx, versions[0].ID)
		}
		if err := b.Wait(ctx, err); err != nil {
			return err
		}
	}
}

// published notes the version and has it read back together with the next look at the alias.
func (r *run) published(e Event) {
	r.version = e.Version
	r.observe(e)
	r.alias.alongside = r.confirm
}

// reuse goes on with the version that the service takes for LATEST, although the two look different to us.
func (r *run) reuse(ctx context.Context, version string) error {
	made, err := r.Replan(ctx, version)
	if err != nil {
		return fmt.Errorf("plan anew for version %s: %w", version, err)
	}
	r.take(made)
	r.version, r.replanned = version, true
	if last := r.alias.last; last != nil {
		last.stage = made.At
	}
	r.observe(Event{Kind: EventNoChange, Version: version})
	return nil
}

// confirm makes sure that the version can be seen before it gets traffic.
func (r *run) confirm(ctx context.Context) error {
	b := r.backoff()
	for {
		versions, err := r.Versions.Versions(ctx, r.plan.Target.Service)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(versions, func(v release.Version) bool { return v.ID == r.version }) {
			return nil
		}
		missing := &release.APIError{
			Op: "ListServiceVersions", Resource: "service " + r.plan.Target.Service,
			Message: "version " + r.version + " is not listed although it was published", Retryable: true,
		}
		if err := b.Wait(ctx, missing); err != nil {
			return err
		}
	}
}

// label puts the run's mark behind the user's text and cuts that, not the mark. The limit for versions is not documented,
// so that of aliases is kept.
func label(text, id string) string {
	if text == "" {
		return mark(id)
	}
	return strings.TrimRight(resume.Cut(text, resume.DescriptionLimit-len(mark(id))-1), " ") + " " + mark(id)
}

func mark(id string) string { return "[fc-rollout " + id + "]" }
