package main

import (
	"encoding/json"
	"io"
	"strconv"
	"sync"
)

// watcher is one open watch: changes wait in line until the reader takes them.
type watcher struct {
	resource string
	chosen   selection
	mutex    sync.Mutex
	ready    *sync.Cond
	waiting  []notice
	closed   bool
}

// notice is one line of a watch's answer.
type notice struct {
	Type   string `json:"type"`
	Object object `json:"object"`
}

// offer puts a change in line, as this watch's selection sees it.
func (w *watcher) offer(happened change) {
	was := happened.before != nil && w.chosen.holds(happened.before)
	is := happened.kind != "DELETED" && w.chosen.holds(happened.after)
	switch {
	case was && is:
		w.add(notice{"MODIFIED", happened.after})
	case is:
		w.add(notice{"ADDED", happened.after})
	case was:
		w.add(notice{"DELETED", happened.after})
	}
}

func (w *watcher) add(one notice) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.waiting = append(w.waiting, one)
	w.ready.Signal()
}

func (w *watcher) close() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.closed = true
	w.ready.Broadcast()
}

// next waits for notices; nil means that the watch is over.
func (w *watcher) next() []notice {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(w.waiting) == 0 && !w.closed {
		w.ready.Wait()
	}
	if w.closed {
		return nil
	}
	taken := w.waiting
	w.waiting = nil
	return taken
}

// watch opens a watch from a version on; with initial it first tells of all that is there, and says when it has.
func (s *store) watch(resource string, chosen selection, from string, initial bool) (*watcher, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	made := &watcher{resource: resource, chosen: chosen}
	made.ready = sync.NewCond(&made.mutex)
	since, _ := strconv.ParseInt(from, 10, 64)
	switch history := s.history[resource]; {
	case initial || since == 0:
		for _, one := range s.selected(resource, chosen) {
			made.add(notice{"ADDED", one})
		}
		if initial {
			made.add(s.bookmark())
		}
	case len(history) >= remembered && history[0].version > since+1:
		return nil, &failure{410, "Expired", "too old resource version"}
	default:
		for _, happened := range history {
			if happened.version > since {
				made.offer(happened)
			}
		}
	}
	s.watchers[made] = struct{}{}
	return made, nil
}

func (s *store) bookmark() notice {
	return notice{"BOOKMARK", object{"metadata": map[string]any{
		"resourceVersion": strconv.FormatInt(s.version, 10),
		"annotations":     map[string]any{"k8s.io/initial-events-end": "true"},
	}}}
}

func (s *store) unwatch(one *watcher) {
	s.mutex.Lock()
	delete(s.watchers, one)
	s.mutex.Unlock()
	one.close()
}

// write sends notices as lines until the watch or its reader ends.
func (w *watcher) write(out *io.PipeWriter, dress func(object) object) {
	lines := json.NewEncoder(out)
	for taken := w.next(); taken != nil; taken = w.next() {
		for _, one := range taken {
			if err := lines.Encode(notice{one.Type, dress(one.Object)}); err != nil {
				return
			}
		}
	}
	out.Close()
}
