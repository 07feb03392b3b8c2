// Package report turns plans, events and results into words and pictures: log lines, traffic bars, the job summary and
// the outputs. It is pure; foreign text is made harmless for the place where it goes.
package report
