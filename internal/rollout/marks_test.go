package rollout_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/fcsim"
	"github.com/fc-rollout/fc-rollout/internal/plan"
	"github.com/fc-rollout/fc-rollout/internal/report"
	"github.com/fc-rollout/fc-rollout/internal/rollout"
)

// Two jobs of one rollout write the same weights at the same moment, and no ETag stops either: the mark of the job in the
// marker tells the one whose write was overwritten, and it stops.
func TestTheOtherJobOfTheSameRolloutIsNotTakenForOurselves(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 3; n++ {
		w := newWorld(t)
		w.sim.SetQuirks(fcsim.Quirks{NoETag: true, AliasNoChangeOK: true})
		writes := 0
		w.sim.OnRequest(func(fcsim.Entry) {}, func(e fcsim.Entry) {
			if e.Op != "UpdateAlias" || e.Effect != 200 {
				return
			}
			if writes++; writes != n {
				return
			}
			body, _ := e.Body.(map[string]any)
			ours := fmt.Sprint(body["description"])
			body["description"] = strings.Replace(ours, " r0123]", " rffff]", 1)
			if body["description"] == ours {
				t.Errorf("no mark of the job in %q", ours)
			}
			w.must("PUT", "/services/shop/aliases/prod", body)
		})
		res := w.job(linear, rollout.Waits{})
		if res.Status != rollout.Failed || report.Reason(res) != report.ReasonMoved || writes != n {
			t.Errorf("overwritten at write %d: %s, %v, %d writes", n, res.Status, res.Err, writes)
		}
	}
}

// Somebody who only edits the description, the marker with it, has moved no traffic: the job goes on, keeps their text,
// and puts the marker back.
func TestAnEditedDescriptionIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("PUT", "/services/shop/aliases/prod", map[string]any{"description": "the shop's"})
	looks := 0
	w.sim.OnRequest(func(fcsim.Entry) {}, func(e fcsim.Entry) {
		// Behind the look that reads the first write back.
		if e.Op == "UpdateAlias" {
			looks++
		} else if e.Op == "GetAlias" && looks == 1 {
			looks++
			w.must("PUT", "/services/shop/aliases/prod", map[string]any{"description": "ask Jo first"})
		}
	})
	res := w.job(plan.Shape{Strategy: plan.CanaryStep, Weight: 20_00}, rollout.Waits{})
	description := fmt.Sprint(w.must("GET", "/services/shop/aliases/prod", nil)["description"])
	if res.Status != rollout.Completed || looks < 2 || !strings.HasPrefix(description, "ask Jo first [fcr1 0123456789ab 1-2 2/2 100 ") {
		t.Errorf("%s, %v; the description is %q", res.Status, res.Err, description)
	}
}
