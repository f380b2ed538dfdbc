package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/util/strftime"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/expr-lang/expr"
)

// run is a workflow that Argo started: by its own clock (scheduled) or by hand, with these parameters.
type run struct {
	Texts      []string          `json:"texts"`
	Labels     []string          `json:"labels"`
	Parameters map[string]string `json:"parameters"`
	Scheduled  *time.Time        `json:"scheduled"`
	Created    time.Time         `json:"created"`
}

// fill replaces the tags of the texts as Argo does in a template, which it turns into JSON and back, and evaluates the expressions of
// labels as it does when the workflow starts. What Argo leaves alone stays literal text.
func (r run) fill() ([]string, []string, error) {
	globals := r.globals()
	texts := make([]string, len(r.Texts))
	for i, text := range r.Texts {
		filled, err := substituted(text, globals)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", text, err)
		}
		texts[i] = filled
	}
	labels := make([]string, len(r.Labels))
	functions := env.GetFuncMap(globals)
	for i, expression := range r.Labels {
		program, err := expr.Compile(expression, expr.Env(functions))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", expression, err)
		}
		value, err := expr.Run(program, functions)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", expression, err)
		}
		label, isText := value.(string)
		if !isText {
			return nil, nil, fmt.Errorf("%s: a label must be a text, not %T", expression, value)
		}
		labels[i] = label
	}
	return texts, labels, nil
}

func substituted(text string, globals map[string]any) (string, error) {
	written, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return "", err
	}
	replaced, err := template.Replace(string(written), globals, true)
	if err != nil {
		return "", err
	}
	var read map[string]string
	if err := json.Unmarshal([]byte(replaced), &read); err != nil {
		return "", err
	}
	return read["text"], nil
}

// globals are the workflow-wide variables, by the names that the controller gives them.
func (r run) globals() map[string]any {
	created := r.Created.UTC()
	globals := map[string]any{
		"workflow.name":                      "run",
		"workflow.namespace":                 "default",
		"workflow.uid":                       "0",
		"workflow.creationTimestamp":         created.Format(time.RFC3339),
		"workflow.creationTimestamp.s":       fmt.Sprint(created.Unix()),
		"workflow.creationTimestamp.RFC3339": created.Format(time.RFC3339),
	}
	for letter := range strftime.FormatChars {
		globals["workflow.creationTimestamp."+string(letter)] = strftime.Format("%"+string(letter), created)
	}
	if r.Scheduled != nil {
		globals["workflow.scheduledTime"] = r.Scheduled.In(controllerZone).Format(time.RFC3339)
	}
	listed, _ := json.Marshal(r.Parameters)
	globals["workflow.parameters"] = string(listed)
	globals["workflow.parameters.json"] = string(listed)
	for name, value := range r.Parameters {
		globals["workflow.parameters."+name] = value
	}
	return globals
}
