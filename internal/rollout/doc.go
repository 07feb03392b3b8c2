// Package rollout is the engine. Prepare looks at everything a release depends on and makes the plan; Engine.Run walks
// it. Each step looks before it writes and reads back what it wrote, so that a lost answer or a second writer can never
// leave traffic where nobody decided. The ports to the cloud and to time are declared here.
package rollout
