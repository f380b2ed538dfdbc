package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/Knetic/govaluate"
	"github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/robfig/cron/v3"
)

// schedule is a CronWorkflow's: its crons, zone and test, and how many ticks after which instant are asked for.
type schedule struct {
	Schedules []string  `json:"schedules"`
	Timezone  string    `json:"timezone"`
	When      string    `json:"when"`
	After     time.Time `json:"after"`
	Until     time.Time `json:"until"`
	Count     int       `json:"count"`
}

// next gives the instants at which runs start: of all crons together, each instant once (the run's name holds it), where the test passes.
// The controller's own zone is none of the schedule's, so the instants are computed in an odd one.
func (s schedule) next() ([]string, error) {
	spec := v1alpha1.CronWorkflowSpec{Schedules: s.Schedules, Timezone: s.Timezone}
	var crons []cron.Schedule
	for _, text := range spec.GetSchedulesWithTimezone(context.Background()) {
		read, err := cron.ParseStandard(text)
		if err != nil {
			return nil, err
		}
		crons = append(crons, read)
	}
	ticks := []string{}
	for now := s.After.In(controllerZone); len(ticks) < s.Count; {
		now = earliest(crons, now)
		if now.IsZero() || (!s.Until.IsZero() && now.After(s.Until)) {
			break
		}
		runs, err := passes(s.When, now)
		if err != nil {
			return nil, err
		}
		if runs {
			ticks = append(ticks, now.UTC().Format(time.RFC3339))
		}
	}
	return ticks, nil
}

var controllerZone = time.FixedZone("controller", 5*3600+1800)

func earliest(crons []cron.Schedule, after time.Time) time.Time {
	var found time.Time
	for _, each := range crons {
		if next := each.Next(after); !next.IsZero() && (found.IsZero() || next.Before(found)) {
			found = next
		}
	}
	return found
}

// passes evaluates a CronWorkflow's `when` as its controller does: the tags first, strictly, then what is left as a condition.
// expr-lang's now() cannot be told the time, so the tick stands in its place, a moment late as a controller is.
func passes(when string, tick time.Time) (bool, error) {
	if when == "" {
		return true, nil
	}
	now := fmt.Sprintf("date('%s')", tick.Add(80*time.Millisecond).Format(time.RFC3339Nano))
	read, err := template.NewTemplate(strings.ReplaceAll(when, "now()", now))
	if err != nil {
		return false, err
	}
	said, err := read.Replace(map[string]any{"cronworkflow.name": "one", "cronworkflow.lastScheduledTime": nil}, false)
	if err != nil {
		return false, err
	}
	condition, err := govaluate.NewEvaluableExpression(said)
	if err != nil {
		return false, err
	}
	value, err := condition.Evaluate(nil)
	if err != nil {
		return false, err
	}
	passed, isTruth := value.(bool)
	if !isTruth {
		return false, fmt.Errorf("%q is no condition: %v", when, value)
	}
	return passed, nil
}
