package main

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
	apierr "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	resources "k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

var separator = regexp.MustCompile(`(?m)^---`)

// templates and clusterTemplates look up by name among the documents of one request.
type templates map[string]*wfv1.WorkflowTemplate

func (t templates) Get(name string) (*wfv1.WorkflowTemplate, error) {
	if found, ok := t[name]; ok {
		return found, nil
	}
	return nil, apierr.NewNotFound(resources.GroupResource{Group: "argoproj.io", Resource: "workflowtemplates"}, name)
}

type clusterTemplates map[string]*wfv1.ClusterWorkflowTemplate

func (t clusterTemplates) Get(name string) (*wfv1.ClusterWorkflowTemplate, error) {
	if found, ok := t[name]; ok {
		return found, nil
	}
	return nil, apierr.NewNotFound(resources.GroupResource{Group: "argoproj.io", Resource: "clusterworkflowtemplates"}, name)
}

// manifest is one document on its way through the three judges.
type manifest struct {
	answer document
	object map[string]any
	typed  metav1.Object
}

func check(text string, echo bool, known schemas) []document {
	var read []*manifest
	namespaced, cluster := templates{}, clusterTemplates{}
	for _, part := range separator.Split(text, -1) {
		one := parse(part)
		if one == nil {
			continue
		}
		read = append(read, one)
		switch typed := one.typed.(type) {
		case *wfv1.WorkflowTemplate:
			namespaced[typed.Name] = typed
		case *wfv1.ClusterWorkflowTemplate:
			cluster[typed.Name] = typed
		}
	}
	answers := []document{}
	for _, one := range read {
		if one.typed != nil && len(one.answer.Problems) == 0 {
			if err := lint(one.typed, namespaced, cluster); err != nil {
				one.report("validate", err.Error())
			}
		}
		if kind, ok := known[one.answer.Kind]; ok && one.object != nil && !one.answer.Skipped {
			for _, message := range kind.problems(one.object) {
				one.report("schema", message)
			}
		}
		if echo {
			one.answer.Value = one.object
		}
		answers = append(answers, one.answer)
	}
	return answers
}

// parse reads one document strictly; nil if it holds nothing.
func parse(text string) *manifest {
	one := &manifest{answer: document{Problems: []problem{}}}
	asJSON, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		one.report("parse", err.Error())
		return one
	}
	if string(asJSON) == "null" {
		return nil
	}
	// As the API server reads numbers: whole ones as int64.
	if err := utiljson.Unmarshal(asJSON, &one.object); err != nil {
		one.report("parse", err.Error())
		return one
	}
	var head metav1.PartialObjectMetadata
	if err := json.Unmarshal(asJSON, &head); err != nil {
		one.report("parse", err.Error())
		return one
	}
	one.answer.Kind, one.answer.Name = head.Kind, head.Name
	if !strings.HasPrefix(head.APIVersion, "argoproj.io/") || head.Kind == "Sensor" || head.Kind == "EventSource" || head.Kind == "EventBus" {
		one.answer.Skipped = true
		return one
	}
	results := common.ParseObjects([]byte(text), true)
	if len(results) != 1 {
		one.report("parse", "not one object")
		return one
	}
	if results[0].Err != nil {
		one.report("parse", results[0].Err.Error())
		return one
	}
	one.typed = results[0].Object
	return one
}

func lint(object metav1.Object, namespaced templates, cluster clusterTemplates) error {
	options := validate.ValidateOpts{Lint: true}
	switch typed := object.(type) {
	case *wfv1.Workflow:
		return validate.ValidateWorkflow(namespaced, cluster, typed, nil, options)
	case *wfv1.WorkflowTemplate:
		return validate.ValidateWorkflowTemplate(namespaced, cluster, typed, nil, options)
	case *wfv1.ClusterWorkflowTemplate:
		return validate.ValidateClusterWorkflowTemplate(namespaced, cluster, typed, nil, options)
	case *wfv1.CronWorkflow:
		return validate.ValidateCronWorkflow(context.Background(), namespaced, cluster, typed, nil)
	}
	return nil
}

func (m *manifest) report(stage, message string) {
	m.answer.Problems = append(m.answer.Problems, problem{stage, message})
}
