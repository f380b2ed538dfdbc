package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

var separator = regexp.MustCompile(`(?m)^---`)

// typed decodes an object as the controller will: what Go cannot decode would kill an informer.
var typed = map[string]func() any{
	"Workflow":                func() any { return &wfv1.Workflow{} },
	"WorkflowTemplate":        func() any { return &wfv1.WorkflowTemplate{} },
	"ClusterWorkflowTemplate": func() any { return &wfv1.ClusterWorkflowTemplate{} },
	"CronWorkflow":            func() any { return &wfv1.CronWorkflow{} },
}

// prepare puts the manifests into the namespace and makes the workflow to submit, after those beside it that the manifests hold.
func (e *engine) prepare(namespace string, asked request) (object, []object, error) {
	crons := map[string]*wfv1.CronWorkflow{}
	beside := []object{}
	for _, part := range separator.Split(asked.Manifests, -1) {
		held, err := e.apply(namespace, part, crons)
		if err != nil {
			return nil, nil, err
		}
		if held != nil {
			beside = append(beside, held)
		}
	}
	made, err := workflowOf(asked, crons)
	if err != nil {
		return nil, nil, err
	}
	made.TypeMeta = metav1.TypeMeta{APIVersion: "argoproj.io/v1alpha1", Kind: "Workflow"}
	names := make([]string, 0, len(asked.Parameters))
	for name := range asked.Parameters {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		value := wfv1.AnyStringPtr(asked.Parameters[name])
		made.Spec.Arguments.Parameters = append(made.Spec.Arguments.Parameters, wfv1.Parameter{Name: name, Value: value})
	}
	for name, value := range asked.Labels {
		made.Labels[name] = value
	}
	for name, value := range asked.Annotations {
		made.Annotations[name] = value
	}
	asJSON, err := json.Marshal(made)
	if err != nil {
		return nil, nil, err
	}
	return decoded(asJSON), beside, nil
}

// apply stores one document. A workflow is given back: it can only start when its template is there. Kinds that neither
// the controller nor a pod reads are left out.
func (e *engine) apply(namespace, part string, crons map[string]*wfv1.CronWorkflow) (object, error) {
	asJSON, err := yaml.YAMLToJSONStrict([]byte(part))
	if err != nil || string(asJSON) == "null" {
		return nil, err
	}
	one := decoded(asJSON)
	kind := text(one, "kind")
	if fresh, ok := typed[kind]; ok {
		value := fresh()
		if err := json.Unmarshal(asJSON, value); err != nil {
			return nil, fmt.Errorf("%s %s: %w", kind, text(one.meta(), "name"), err)
		}
		if cron, ok := value.(*wfv1.CronWorkflow); ok {
			cron.UID = types.UID(cron.Name)
			crons[cron.Name] = cron
			return nil, nil
		}
	}
	if kind == "Workflow" {
		return one, nil
	}
	for resource, said := range kinds {
		if said[1] == kind && said[0] == text(one, "apiVersion") {
			_, err := e.store.create(resource, namespace, one)
			return nil, err
		}
	}
	return nil, nil
}

func workflowOf(asked request, crons map[string]*wfv1.CronWorkflow) (*wfv1.Workflow, error) {
	name := asked.Name
	if name == "" {
		name = "run"
	}
	if asked.Cron == "" {
		made := common.NewWorkflowFromWorkflowTemplate(asked.Template, false)
		made.Name, made.GenerateName = name, ""
		if asked.ScheduledTime != "" {
			made.Annotations[common.AnnotationKeyCronWfScheduledTime] = asked.ScheduledTime
		}
		return made, nil
	}
	cron, there := crons[asked.Cron]
	if !there {
		return nil, fmt.Errorf("no CronWorkflow %s", asked.Cron)
	}
	at, err := time.Parse(time.RFC3339, asked.ScheduledTime)
	if err != nil {
		return nil, err
	}
	made := common.ConvertCronWorkflowToWorkflowWithProperties(cron, fmt.Sprintf("%s-%d", cron.Name, at.Unix()), at)
	// An owner that is not in the store means an orphan.
	made.OwnerReferences = nil
	return made, nil
}
