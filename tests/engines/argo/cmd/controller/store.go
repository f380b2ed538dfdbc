package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// object is what JSON says. One that is in the store is never changed, only replaced.
type object map[string]any

// change is one event of a watch: ADDED, MODIFIED or DELETED. before is nil for ADDED.
type change struct {
	kind          string
	before, after object
	version       int64
}

// remembered is how many changes of a resource a late watch can still ask for.
const remembered = 2000

// store holds the objects of all resources ("pods", "workflows.argoproj.io") by namespace and name, and tells watches of changes.
type store struct {
	mutex    sync.Mutex
	version  int64
	objects  map[string]map[string]object
	history  map[string][]change
	watchers map[*watcher]struct{}
}

func newStore() *store {
	return &store{objects: map[string]map[string]object{}, history: map[string][]change{}, watchers: map[*watcher]struct{}{}}
}

// failure is an answer of the API server that is not success.
type failure struct {
	code    int
	reason  string
	message string
}

func (f *failure) Error() string { return f.message }

func notFound(resource, name string) error {
	return &failure{404, "NotFound", fmt.Sprintf("%s %q not found", resource, name)}
}

func key(namespace, name string) string { return namespace + "/" + name }

func (s *store) get(resource, namespace, name string) (object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if found, ok := s.objects[resource][key(namespace, name)]; ok {
		return found, nil
	}
	return nil, notFound(resource, name)
}

// list gives the selected objects by namespace and name, and the version of the store.
func (s *store) list(resource string, chosen selection) ([]object, int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.selected(resource, chosen), s.version
}

func (s *store) selected(resource string, chosen selection) []object {
	var names []string
	for name, one := range s.objects[resource] {
		if chosen.holds(one) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	found := make([]object, 0, len(names))
	for _, name := range names {
		found = append(found, s.objects[resource][name])
	}
	return found
}

func (s *store) create(resource, namespace string, made object) (object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	made = copied(made)
	meta := made.meta()
	if text(meta, "name") == "" && text(meta, "generateName") != "" {
		meta["name"] = text(meta, "generateName") + uuid.NewString()[:5]
	}
	name := text(meta, "name")
	if name == "" {
		return nil, &failure{422, "Invalid", "an object needs a name"}
	}
	if _, there := s.objects[resource][key(namespace, name)]; there {
		return nil, &failure{409, "AlreadyExists", fmt.Sprintf("%s %q already exists", resource, name)}
	}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	meta["uid"] = uuid.NewString()
	meta["creationTimestamp"] = time.Now().UTC().Format(time.RFC3339)
	if resource == "pods" {
		made["status"] = map[string]any{"phase": "Pending"}
	}
	s.put(resource, nil, made)
	return made, nil
}

// replace writes a new state. A stale version is refused; a write that changes nothing makes no event.
func (s *store) replace(resource, namespace, name string, made object) (object, error) {
	return s.modify(resource, namespace, name, func(old object) (object, error) {
		meta := made.meta()
		if said := text(meta, "resourceVersion"); said != "" && said != text(old.meta(), "resourceVersion") {
			return nil, &failure{409, "Conflict", "the object has been modified; please apply your changes to the latest version"}
		}
		return copied(made), nil
	})
}

func (s *store) modify(resource, namespace, name string, edit func(object) (object, error)) (object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	old, there := s.objects[resource][key(namespace, name)]
	if !there {
		return nil, notFound(resource, name)
	}
	made, err := edit(old)
	if err != nil {
		return nil, err
	}
	meta := made.meta()
	for _, fixed := range []string{"uid", "creationTimestamp", "resourceVersion", "name", "namespace", "deletionTimestamp"} {
		if value, ok := old.meta()[fixed]; ok {
			meta[fixed] = value
		}
	}
	if reflect.DeepEqual(map[string]any(made), map[string]any(old)) {
		return old, nil
	}
	if meta["deletionTimestamp"] != nil && !hasFinalizers(made) {
		s.remove(resource, old, made)
		return made, nil
	}
	s.put(resource, old, made)
	return made, nil
}

// delete removes an object, or marks it where finalizers hold it.
func (s *store) delete(resource, namespace, name string) (object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	old, there := s.objects[resource][key(namespace, name)]
	if !there {
		return nil, notFound(resource, name)
	}
	made := copied(old)
	if hasFinalizers(old) {
		if old.meta()["deletionTimestamp"] == nil {
			made.meta()["deletionTimestamp"] = time.Now().UTC().Format(time.RFC3339)
			s.put(resource, old, made)
		}
		return made, nil
	}
	s.remove(resource, old, made)
	return made, nil
}

// put and remove tell the watches; the lock is held.
func (s *store) put(resource string, old, made object) {
	s.version++
	made.meta()["resourceVersion"] = strconv.FormatInt(s.version, 10)
	if s.objects[resource] == nil {
		s.objects[resource] = map[string]object{}
	}
	s.objects[resource][key(text(made.meta(), "namespace"), text(made.meta(), "name"))] = made
	kind := "MODIFIED"
	if old == nil {
		kind = "ADDED"
	}
	s.tell(resource, change{kind, old, made, s.version})
}

func (s *store) remove(resource string, old, last object) {
	s.version++
	last.meta()["resourceVersion"] = strconv.FormatInt(s.version, 10)
	delete(s.objects[resource], key(text(old.meta(), "namespace"), text(old.meta(), "name")))
	s.tell(resource, change{"DELETED", old, last, s.version})
}

func (s *store) tell(resource string, happened change) {
	kept := append(s.history[resource], happened)
	if len(kept) > 2*remembered {
		kept = append([]change(nil), kept[len(kept)-remembered:]...)
	}
	s.history[resource] = kept
	for one := range s.watchers {
		if one.resource == resource {
			one.offer(happened)
		}
	}
}

// clear removes all that is in a namespace, whatever holds it.
func (s *store) clear(namespace string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for resource, known := range s.objects {
		for _, one := range maps.Clone(known) {
			if text(one.meta(), "namespace") == namespace {
				s.remove(resource, one, copied(one))
			}
		}
	}
}

// selection is what a list or a watch asks for.
type selection struct {
	namespace string
	labels    labels.Selector
	fields    fields.Selector
}

func (c selection) holds(one object) bool {
	meta := one.meta()
	if c.namespace != "" && text(meta, "namespace") != c.namespace {
		return false
	}
	if c.fields != nil && !c.fields.Matches(fields.Set{"metadata.name": text(meta, "name"), "metadata.namespace": text(meta, "namespace")}) {
		return false
	}
	return c.labels == nil || c.labels.Matches(labels.Set(texts(meta["labels"])))
}

func (o object) meta() map[string]any {
	if found, ok := o["metadata"].(map[string]any); ok {
		return found
	}
	made := map[string]any{}
	o["metadata"] = made
	return made
}

func hasFinalizers(one object) bool {
	found, _ := one.meta()["finalizers"].([]any)
	return len(found) > 0
}

func text(of map[string]any, name string) string {
	found, _ := of[name].(string)
	return found
}

func texts(value any) map[string]string {
	found := map[string]string{}
	if known, ok := value.(map[string]any); ok {
		for name, one := range known {
			found[name], _ = one.(string)
		}
	}
	return found
}

// copied is a deep copy by way of JSON, so that numbers have one form in the store.
func copied(one object) object {
	asJSON, err := json.Marshal(one)
	if err != nil {
		panic(err)
	}
	return decoded(asJSON)
}
