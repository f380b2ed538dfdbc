package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/packer"
	wfutil "github.com/argoproj/argo-workflows/v3/workflow/util"
	log "github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// request is one workflow to run. CronWorkflows of the manifests run only if Cron names one: as its tick at ScheduledTime.
type request struct {
	ID            int               `json:"id"`
	Manifests     string            `json:"manifests"`
	Template      string            `json:"template"`
	Cron          string            `json:"cron"`
	ScheduledTime string            `json:"scheduledTime"`
	Name          string            `json:"name"`
	Parameters    map[string]string `json:"parameters"`
	Labels        map[string]string `json:"labels"`
	Annotations   map[string]string `json:"annotations"`
	Timeout       float64           `json:"timeout"`
}

// event is a change of a node's phase, or the start or end of its pod.
type event struct {
	Node  string `json:"node"`
	Phase string `json:"phase"`
	logs  string
}

// response tells how a run ended. Error: it could not even be submitted.
type response struct {
	ID       int               `json:"id"`
	Error    string            `json:"error,omitempty"`
	Phase    string            `json:"phase"`
	Message  string            `json:"message"`
	Stuck    bool              `json:"stuck"`
	TimedOut bool              `json:"timedOut"`
	Labels   map[string]string `json:"labels"`
	Nodes    []node            `json:"nodes"`
	Events   []event           `json:"events"`
	Logs     map[string]string `json:"logs"`
	// Others are the workflows that this one made, by name, and the objects of other kinds, as kind/name.
	Others map[string]string `json:"others"`
}

// engine runs workflows, each in a namespace of its own.
type engine struct {
	store *store
	mutex sync.Mutex
	count int
	seen  map[string]look     // by "namespace/name"
	slots chan struct{}       // so many runs at a time
	notes map[string]*journal // by namespace
}

// journal is what happened in a namespace.
type journal struct {
	events []event
	logs   map[string]string
	phases map[string]string
}

// look is the version of a workflow that the controller looked at last, and how often it has looked at all.
type look struct {
	version string
	times   int
}

// atOnce bounds the open runs: more of them only take longer, each and all.
const atOnce = 10

func newEngine() *engine {
	return &engine{store: newStore(), seen: map[string]look{}, slots: make(chan struct{}, atOnce), notes: map[string]*journal{}}
}

// Levels and Fire are logrus' hook: the controller says which version of a workflow it looks at.
func (e *engine) Levels() []log.Level { return []log.Level{log.InfoLevel} }

func (e *engine) Fire(entry *log.Entry) error {
	if entry.Message != "Processing workflow" {
		return nil
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	name := fmt.Sprintf("%v/%v", entry.Data["namespace"], entry.Data["workflow"])
	e.seen[name] = look{fmt.Sprint(entry.Data["ResourceVersion"]), e.seen[name].times + 1}
	return nil
}

// tell notes what the kubelet did.
func (e *engine) tell(namespace string, happened event) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if notes, ok := e.notes[namespace]; ok {
		notes.events = append(notes.events, happened)
		if strings.HasPrefix(happened.Phase, "pod ended") {
			notes.logs[happened.Node] = happened.logs
		}
	}
}

const workflows = "workflows.argoproj.io"

func (e *engine) run(asked request) response {
	e.slots <- struct{}{}
	defer func() { <-e.slots }()
	e.mutex.Lock()
	e.count++
	namespace := fmt.Sprintf("run-%d", e.count)
	e.mutex.Unlock()
	defer e.forget(namespace)
	made, beside, err := e.prepare(namespace, asked)
	if err != nil {
		return response{ID: asked.ID, Error: err.Error()}
	}
	for _, one := range beside {
		if err := e.start(namespace, one); err != nil {
			return response{ID: asked.ID, Error: err.Error()}
		}
	}
	limit := time.Duration(asked.Timeout * float64(time.Second))
	answer, err := e.submit(namespace, made, limit)
	for range 100 {
		if err != nil || !unknownTemplate(answer) {
			break
		}
		// The controller has not heard of the template yet: its informers are not of one speed.
		time.Sleep(20 * time.Millisecond)
		answer, err = e.submit(namespace, made, limit)
	}
	if err != nil {
		answer.Error = err.Error()
	}
	answer.ID = asked.ID
	return answer
}

func unknownTemplate(told response) bool {
	return told.Phase == "Error" && len(told.Nodes) == 0 && saysUnknown(told.Message)
}

func saysUnknown(message string) bool {
	return strings.HasPrefix(message, "workflowtemplates.argoproj.io") && strings.HasSuffix(message, "not found")
}

// start submits a workflow that runs beside the one asked for, and waits until the controller has taken it up.
func (e *engine) start(namespace string, one object) error {
	name := text(one.meta(), "name")
	for range 3000 {
		if _, err := e.store.get(workflows, namespace, name); err != nil {
			if _, err := e.store.create(workflows, namespace, one); err != nil {
				return err
			}
		}
		time.Sleep(20 * time.Millisecond)
		seen, err := e.store.get(workflows, namespace, name)
		if err != nil {
			return err
		}
		status, _ := seen["status"].(map[string]any)
		phase, message := text(status, "phase"), text(status, "message")
		if phase == "Error" && saysUnknown(message) {
			_, _ = e.store.delete(workflows, namespace, name) // as above
		} else if phase != "" {
			return nil
		}
	}
	return fmt.Errorf("the controller does not take up the workflow %s", name)
}

// submit starts a workflow and follows it to its end.
func (e *engine) submit(namespace string, made object, limit time.Duration) (response, error) {
	name := text(made.meta(), "name")
	e.mutex.Lock()
	e.notes[namespace] = &journal{logs: map[string]string{}, phases: map[string]string{}}
	e.mutex.Unlock()
	_, _ = e.store.delete(workflows, namespace, name)
	if _, err := e.store.create(workflows, namespace, made); err != nil {
		return response{}, err
	}
	return e.await(namespace, name, limit)
}

func (e *engine) forget(namespace string) {
	e.store.clear(namespace)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.notes, namespace)
	for name := range e.seen {
		if strings.HasPrefix(name, namespace+"/") {
			delete(e.seen, name)
		}
	}
}

// A run in which nothing moves is stuck after a while, and when the controller has looked at it so many times in vain.
const (
	patience = 1200 * time.Millisecond
	looks    = 4
)

// await follows a workflow to its end: done, stuck or out of time.
func (e *engine) await(namespace, name string, limit time.Duration) (response, error) {
	opened, err := e.store.watch(workflows, selection{namespace: namespace}, "", true)
	if err != nil {
		return response{}, err
	}
	defer e.store.unwatch(opened)
	changed := make(chan notice)
	over := make(chan struct{})
	defer close(over)
	go func() {
		for taken := opened.next(); taken != nil; taken = opened.next() {
			for _, one := range taken {
				select {
				case changed <- one:
				case <-over:
					return
				}
			}
		}
	}()
	deadline := time.After(limit)
	poke := time.NewTicker(300 * time.Millisecond)
	defer poke.Stop()
	last, idleSince, idleLooks := &wfv1.Workflow{}, time.Time{}, 0
	for {
		select {
		case one := <-changed:
			idleSince = time.Time{}
			if one.Type == "BOOKMARK" || text(one.Object.meta(), "name") != name {
				continue
			}
			if last, err = wfutil.FromUnstructured(&unstructured.Unstructured{Object: copied(one.Object)}); err != nil {
				return response{}, err
			}
			if err = packer.DecompressWorkflow(last); err != nil { // above 1 MB the controller packs the nodes
				return response{}, err
			}
			e.noteNodes(namespace, last)
			if last.Status.Phase.Completed() {
				return e.gather(last, response{}), nil
			}
		case <-poke.C:
			e.poke(namespace)
			if !e.idle(namespace, last) {
				idleSince = time.Time{}
			} else if idleSince.IsZero() {
				idleSince, idleLooks = time.Now(), e.looks(namespace, name)
			} else if time.Since(idleSince) > patience && e.looks(namespace, name) >= idleLooks+looks {
				return e.gather(last, response{Stuck: true}), nil
			}
		case <-deadline:
			return e.gather(last, response{TimedOut: true}), nil
		}
	}
}

// poke makes the controller look at every open workflow again: a short requeue time can lose its timers.
func (e *engine) poke(namespace string) {
	found, _ := e.store.list(workflows, selection{namespace: namespace})
	for _, one := range found {
		name := text(one.meta(), "name")
		labels := map[string]any{"workflows.argoproj.io/workflow": name}
		poked := object{
			"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTaskResult",
			"metadata": map[string]any{"name": "poke-" + name, "labels": labels, "annotations": map[string]any{"at": time.Now().String()}},
		}
		if _, err := e.store.create(taskResults, namespace, poked); err != nil {
			_, _ = e.store.replace(taskResults, namespace, "poke-"+name, poked)
		}
	}
}

func (e *engine) looks(namespace, name string) int {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.seen[key(namespace, name)].times
}

// idle: the controller has seen the last state, no pod is at work, and nothing waits for a clock or a lock.
func (e *engine) idle(namespace string, last *wfv1.Workflow) bool {
	found, _ := e.store.list(workflows, selection{namespace: namespace})
	for _, one := range found {
		status, _ := one["status"].(map[string]any)
		completed := wfv1.WorkflowPhase(text(status, "phase")).Completed()
		if !completed && text(one.meta(), "name") != last.Name {
			return false
		}
		e.mutex.Lock()
		seen := e.seen[key(namespace, text(one.meta(), "name"))]
		e.mutex.Unlock()
		if !completed && seen.version != text(one.meta(), "resourceVersion") {
			return false
		}
	}
	running, _ := e.store.list(pods, selection{namespace: namespace})
	for _, pod := range running {
		status, _ := pod["status"].(map[string]any)
		_, waiting := status["containerStatuses"]
		phase := text(status, "phase")
		if phase == "Running" || phase == "Pending" && !waiting {
			return false
		}
		// On a busy machine the controller hears late that a pod has ended.
		if (phase == "Succeeded" || phase == "Failed") && texts(pod.meta()["labels"])[common.LabelKeyWorkflow] == last.Name &&
			!last.Status.Nodes[texts(pod.meta()["annotations"])[common.AnnotationKeyNodeID]].Fulfilled() {
			return false
		}
	}
	for _, one := range last.Status.Nodes {
		timed := one.Type == wfv1.NodeTypeSuspend || one.SynchronizationStatus != nil && one.SynchronizationStatus.Waiting != "" ||
			strings.HasPrefix(one.Message, "Backoff for") || strings.HasPrefix(one.Message, "Waiting for")
		if !one.Fulfilled() && timed {
			return false
		}
	}
	return last.Status.Phase != "" && last.Status.Phase != wfv1.WorkflowPending
}
