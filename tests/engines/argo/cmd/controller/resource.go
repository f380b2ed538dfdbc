package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/util/jsonpath"
	"sigs.k8s.io/yaml"
)

// executeResource does what `argoexec resource` does for objects of the store: create, apply, get and delete; then it waits for
// the conditions. What it makes of another kind than a Workflow, nobody runs: a test sets such an object's state itself.
func (w *work) executeResource(ctx context.Context) end {
	asked := w.template.Resource
	one := object{}
	if err := yaml.Unmarshal([]byte(asked.Manifest), &one); err != nil {
		return end{main: 1, message: err.Error()}
	}
	one = copied(one)
	resource := resourceOf(one)
	namespace, name := text(one.meta(), "namespace"), text(one.meta(), "name")
	if namespace == "" {
		namespace = w.pod.Namespace
	}
	var err error
	switch asked.Action {
	case "create":
		one, err = w.store.create(resource, namespace, one)
	case "apply":
		if _, absent := w.store.get(resource, namespace, name); absent != nil {
			one, err = w.store.create(resource, namespace, one)
		} else {
			delete(one.meta(), "resourceVersion")
			one, err = w.store.replace(resource, namespace, name, one)
		}
	case "delete":
		_, _ = w.store.delete(resource, namespace, name) // kubectl --ignore-not-found
		return end{outputs: &wfv1.Outputs{}}
	case "get":
		one, err = w.store.get(resource, namespace, name)
	default:
		err = fmt.Errorf("the tests' executor does not know the action %s", asked.Action)
	}
	if err == nil {
		one, err = w.waitFor(ctx, resource, namespace, text(one.meta(), "name"))
	}
	if ctx.Err() == context.DeadlineExceeded {
		return end{main: 137, reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline"}
	}
	if err != nil {
		return end{main: 1, message: err.Error()}
	}
	outputs, err := w.resourceOutputs(one)
	if err != nil {
		return end{main: 1, message: err.Error()}
	}
	return end{outputs: outputs}
}

func resourceOf(one object) string {
	kind := text(one, "kind")
	for resource, said := range kinds {
		if said[1] == kind {
			return resource
		}
	}
	group, _, grouped := strings.Cut(text(one, "apiVersion"), "/")
	if !grouped {
		return strings.ToLower(kind) + "s"
	}
	return strings.ToLower(kind) + "s." + group
}

// waitFor polls an object until a condition holds. As in Argo: any of the failure conditions, all of the success conditions.
func (w *work) waitFor(ctx context.Context, resource, namespace, name string) (object, error) {
	success, err := labels.ParseToRequirements(w.template.Resource.SuccessCondition)
	if err != nil {
		return nil, err
	}
	failing, err := labels.ParseToRequirements(w.template.Resource.FailureCondition)
	if err != nil {
		return nil, err
	}
	for {
		one, err := w.store.get(resource, namespace, name)
		if err != nil {
			return nil, err
		}
		for _, condition := range failing {
			if condition.Matches(paths(one)) {
				return nil, fmt.Errorf("failure condition '%s' evaluated true", condition.String())
			}
		}
		all := true
		for _, condition := range success {
			all = all && condition.Matches(paths(one))
		}
		if all {
			return one, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// paths reads an object's fields by dotted paths, as the labels of a selector.
type paths object

// Has and Get are labels.Labels.
func (p paths) Has(path string) bool {
	_, there := p.Lookup(path)
	return there
}

func (p paths) Get(path string) string {
	found, _ := p.Lookup(path)
	return found
}

// Lookup gives the text of a field.
func (p paths) Lookup(path string) (string, bool) {
	var at any = map[string]any(p)
	for _, part := range strings.Split(path, ".") {
		inner, ok := at.(map[string]any)
		if !ok {
			return "", false
		}
		if at, ok = inner[part]; !ok {
			return "", false
		}
	}
	return fmt.Sprint(at), true
}

func (w *work) resourceOutputs(one object) (*wfv1.Outputs, error) {
	found := w.template.Outputs.DeepCopy()
	for index, parameter := range found.Parameters {
		if parameter.ValueFrom == nil || parameter.ValueFrom.JSONPath == "" {
			continue
		}
		path := jsonpath.New(parameter.Name)
		if err := path.Parse(parameter.ValueFrom.JSONPath); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		if err := path.Execute(&out, map[string]any(one)); err != nil {
			return nil, err
		}
		found.Parameters[index].Value = wfv1.AnyStringPtr(strings.TrimSpace(out.String()))
	}
	return found, nil
}
