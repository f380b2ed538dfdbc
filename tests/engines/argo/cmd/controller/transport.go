package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// server is the API server as a transport: no socket, one store.
type server struct{ store *store }

// kinds names what a resource's objects are; clients leave that out.
var kinds = map[string][2]string{
	"pods": {"v1", "Pod"}, "configmaps": {"v1", "ConfigMap"}, "secrets": {"v1", "Secret"}, "namespaces": {"v1", "Namespace"},
	"serviceaccounts": {"v1", "ServiceAccount"}, "events": {"v1", "Event"}, "persistentvolumeclaims": {"v1", "PersistentVolumeClaim"},
	"services": {"v1", "Service"},
	"selfsubjectaccessreviews.authorization.k8s.io": {"authorization.k8s.io/v1", "SelfSubjectAccessReview"},
	"workflows.argoproj.io":                         {"argoproj.io/v1alpha1", "Workflow"},
	"workflowtemplates.argoproj.io":                 {"argoproj.io/v1alpha1", "WorkflowTemplate"},
	"clusterworkflowtemplates.argoproj.io":          {"argoproj.io/v1alpha1", "ClusterWorkflowTemplate"},
	"cronworkflows.argoproj.io":                     {"argoproj.io/v1alpha1", "CronWorkflow"},
	"workflowtasksets.argoproj.io":                  {"argoproj.io/v1alpha1", "WorkflowTaskSet"},
	"workflowtaskresults.argoproj.io":               {"argoproj.io/v1alpha1", "WorkflowTaskResult"},
	"workflowartifactgctasks.argoproj.io":           {"argoproj.io/v1alpha1", "WorkflowArtifactGCTask"},
	"poddisruptionbudgets.policy":                   {"policy/v1", "PodDisruptionBudget"},
}

// target is what a URL names.
type target struct{ resource, namespace, name, sub string }

func locate(path string) (target, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var found target
	group := ""
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		group, parts = parts[1], parts[3:]
	default:
		return found, &failure{404, "NotFound", "no such path: " + path}
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		found.namespace, parts = parts[1], parts[2:]
	}
	found.resource = parts[0]
	if group != "" {
		found.resource += "." + group
	}
	if len(parts) > 1 {
		found.name = parts[1]
	}
	if len(parts) > 2 {
		found.sub = strings.Join(parts[2:], "/")
	}
	return found, nil
}

// RoundTrip answers one request.
func (s server) RoundTrip(asked *http.Request) (*http.Response, error) {
	body := []byte{}
	if asked.Body != nil {
		var err error
		if body, err = io.ReadAll(asked.Body); err != nil {
			return nil, err
		}
		asked.Body.Close()
	}
	place, err := locate(asked.URL.Path)
	if err != nil {
		return refusal(err), nil
	}
	if asked.Method == http.MethodGet && asked.URL.Query().Get("watch") == "true" {
		return s.watch(asked.Context(), place, asked), nil
	}
	answer, err := s.answer(asked, place, body)
	if err != nil {
		return refusal(err), nil
	}
	code := http.StatusOK
	if asked.Method == http.MethodPost {
		code = http.StatusCreated
	}
	return respond(code, answer), nil
}

func (s server) answer(asked *http.Request, place target, body []byte) (object, error) {
	switch {
	case asked.Method == http.MethodPost && place.resource == "selfsubjectaccessreviews.authorization.k8s.io":
		review := decoded(body)
		review["status"] = map[string]any{"allowed": true}
		return review, nil
	case asked.Method == http.MethodPost && place.resource == "events":
		return decoded(body), nil
	case asked.Method == http.MethodGet && place.name == "":
		return s.list(place, asked)
	case asked.Method == http.MethodDelete && place.name == "":
		return s.deleteAll(place, asked)
	}
	stored, err := s.change(asked, place, body)
	if err != nil {
		return nil, err
	}
	return dressed(place.resource, asked)(stored), nil
}

func (s server) change(asked *http.Request, place target, body []byte) (object, error) {
	switch asked.Method {
	case http.MethodGet:
		return s.store.get(place.resource, place.namespace, place.name)
	case http.MethodPost:
		return s.store.create(place.resource, place.namespace, named(place.resource, decoded(body)))
	case http.MethodPut:
		return s.store.replace(place.resource, place.namespace, place.name, named(place.resource, decoded(body)))
	case http.MethodPatch:
		return s.store.modify(place.resource, place.namespace, place.name, func(old object) (object, error) {
			return patched(old, body, asked.Header.Get("Content-Type"))
		})
	case http.MethodDelete:
		return s.store.delete(place.resource, place.namespace, place.name)
	}
	return nil, &failure{405, "MethodNotAllowed", asked.Method + " is not served"}
}

func patched(old object, patch []byte, kind string) (object, error) {
	before, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	var after []byte
	switch kind {
	case "application/json-patch+json":
		var steps jsonpatch.Patch
		if steps, err = jsonpatch.DecodePatch(patch); err == nil {
			after, err = steps.Apply(before)
		}
	case "application/strategic-merge-patch+json":
		after, err = strategicpatch.StrategicMergePatch(before, patch, corev1.Pod{})
	default:
		after, err = jsonpatch.MergePatch(before, patch)
	}
	if err != nil {
		return nil, &failure{422, "Invalid", err.Error()}
	}
	return decoded(after), nil
}

func (s server) list(place target, asked *http.Request) (object, error) {
	chosen, err := selected(place, asked.URL.Query())
	if err != nil {
		return nil, err
	}
	found, version := s.store.list(place.resource, chosen)
	dress := dressed(place.resource, asked)
	items := make([]any, 0, len(found))
	for _, one := range found {
		items = append(items, dress(one))
	}
	said := kinds[place.resource]
	if onlyMetadata(asked) {
		said = [2]string{"meta.k8s.io/v1", "PartialObjectMetadata"}
	}
	return object{
		"apiVersion": said[0], "kind": said[1] + "List", "items": items,
		"metadata": map[string]any{"resourceVersion": strconv.FormatInt(version, 10)},
	}, nil
}

func (s server) deleteAll(place target, asked *http.Request) (object, error) {
	chosen, err := selected(place, asked.URL.Query())
	if err != nil {
		return nil, err
	}
	found, _ := s.store.list(place.resource, chosen)
	for _, one := range found {
		var refused *failure
		if _, err := s.store.delete(place.resource, text(one.meta(), "namespace"), text(one.meta(), "name")); err != nil &&
			!(errors.As(err, &refused) && refused.code == http.StatusNotFound) {
			return nil, err
		}
	}
	return object{"apiVersion": "v1", "kind": "Status", "status": "Success"}, nil
}

func (s server) watch(ctx context.Context, place target, asked *http.Request) *http.Response {
	query := asked.URL.Query()
	chosen, err := selected(place, query)
	if err != nil {
		return refusal(err)
	}
	opened, err := s.store.watch(place.resource, chosen, query.Get("resourceVersion"), query.Get("sendInitialEvents") == "true")
	if err != nil {
		return refusal(err)
	}
	reader, writer := io.Pipe()
	go opened.write(writer, dressed(place.resource, asked))
	go func() {
		<-ctx.Done()
		s.store.unwatch(opened)
		writer.CloseWithError(ctx.Err())
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: reader}
}

func selected(place target, query url.Values) (selection, error) {
	byLabel, err := labels.Parse(query.Get("labelSelector"))
	if err != nil {
		return selection{}, &failure{400, "BadRequest", err.Error()}
	}
	byField, err := fields.ParseSelector(query.Get("fieldSelector"))
	if err != nil {
		return selection{}, &failure{400, "BadRequest", err.Error()}
	}
	return selection{place.namespace, byLabel, byField}, nil
}

func onlyMetadata(asked *http.Request) bool {
	return strings.Contains(asked.Header.Get("Accept"), "as=PartialObjectMetadata")
}

// dressed gives objects the form that a request asks for.
func dressed(resource string, asked *http.Request) func(object) object {
	if onlyMetadata(asked) {
		return func(one object) object {
			return object{"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": one["metadata"]}
		}
	}
	return func(one object) object {
		if one["kind"] != nil {
			return one
		}
		said := kinds[resource]
		return object{"apiVersion": said[0], "kind": said[1], "metadata": one["metadata"]}
	}
}

func named(resource string, one object) object {
	if said, ok := kinds[resource]; ok {
		one["apiVersion"], one["kind"] = said[0], said[1]
	}
	return one
}

// decoded reads JSON as the API server does: whole numbers are int64.
func decoded(body []byte) object {
	var found map[string]any
	if err := utiljson.Unmarshal(body, &found); err != nil {
		panic(fmt.Sprintf("a client sent what is not JSON: %v", err))
	}
	return found
}

func refusal(err error) *http.Response {
	refused := &failure{500, "InternalError", err.Error()}
	errors.As(err, &refused)
	return respond(refused.code, object{
		"apiVersion": "v1", "kind": "Status", "status": "Failure", "message": refused.message, "reason": refused.reason, "code": refused.code,
	})
}

func respond(code int, body object) *http.Response {
	asJSON, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &http.Response{
		StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(asJSON)), ContentLength: int64(len(asJSON)),
	}
}
