package rollout_test

import (
	"fmt"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/release"
	"github.com/fc-rollout/fc-rollout/internal/report"
)

// Somebody moves the alias before any one call of a release. Theirs stands from then on: no write of ours is accepted
// after it, and the result says moved. Only a move before our first look is simply what we find.
func TestSomebodyElsesMoveStands(t *testing.T) {
	t.Parallel()
	theirs := release.Traffic{Main: "1", Extra: map[string]release.Weight{"3": 7_00}}
	for name, s := range shapes {
		for _, quirks := range []fcsim.Quirks{{}, {NoETag: true}} {
			calm := newWorld(t)
			calm.release(t.Context(), calm.request(s.shape))
			for n := range calm.sim.Log() {
				t.Run(fmt.Sprintf("%s before call %d, etag %t", name, n, !quirks.NoETag), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					w.sim.SetQuirks(quirks)
					w.must("POST", "/services/shop/versions", nil)                      // 2, what the release will take
					w.must("PUT", "/services/shop", map[string]any{"description": "x"}) // ignored by us
					w.must("POST", "/services/shop/versions", nil)                      // 3, theirs
					looked, moved, seen, after := false, false, false, 0
					calls := 0
					w.sim.OnRequest(func(e fcsim.Entry) {
						w.mu.Lock()
						defer w.mu.Unlock()
						if moved && e.Op == "GetAlias" {
							seen = true
						}
						if calls == n {
							// Without ETags nothing can guard the moment between look and write, so act ahead of a look.
							if !quirks.NoETag || e.Op == "GetAlias" {
								w.must("PUT", "/services/shop/aliases/prod", map[string]any{
									"versionId": "1", "additionalVersionWeight": map[string]any{"3": 0.07},
								})
								moved = true
							}
						}
						calls++
					}, func(e fcsim.Entry) {
						w.mu.Lock()
						defer w.mu.Unlock()
						if e.Op == "GetAlias" && !moved {
							looked = true
						}
						if e.Op == "UpdateAlias" && e.Effect == 200 && moved && looked {
							after++
						}
					})
					req := w.request(s.shape)
					req.Version = "2"
					res := w.release(t.Context(), req)
					switch {
					case !moved || !looked || (!seen && after == 0):
						return // it came after our last look, or was there from the start
					case after > 0:
						t.Errorf("%d writes over somebody else's state; result %s", after, res.Status)
					case res.Err == nil && w.alias().Equal(theirs):
						t.Errorf("%s, although the alias is theirs", res.Status)
					case res.Err != nil && report.Reason(res) != report.ReasonMoved:
						t.Errorf("reason %s: %v", report.Reason(res), res.Err)
					}
				})
			}
		}
	}
}
