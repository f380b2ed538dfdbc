package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// kubelet runs every pod that appears in the store, and tells the controller what became of it as the real one and the
// executor's wait container do: the task result first, then the pod's status.
type kubelet struct {
	store   *store
	folder  string // a folder for each pod's volumes
	program string // cmd/pod
	path    string // PATH in containers
	api     *access
	slots   chan struct{}
	mutex   sync.Mutex
	cancels map[string]context.CancelFunc
	// told gets what happens to pods, by namespace.
	told func(namespace string, happened event)
}

const pods = "pods"
const taskResults = "workflowtaskresults.argoproj.io"

// watchPods starts pods as they appear, and ends those that are deleted.
func (k *kubelet) watchPods() error {
	opened, err := k.store.watch(pods, selection{}, "", true)
	if err != nil {
		return err
	}
	for taken := opened.next(); taken != nil; taken = opened.next() {
		for _, one := range taken {
			uid := text(one.Object.meta(), "uid")
			switch {
			case one.Type == "ADDED":
				ctx, cancel := context.WithCancel(context.Background())
				k.mutex.Lock()
				k.cancels[uid] = cancel
				k.mutex.Unlock()
				go k.run(ctx, one.Object, uid)
			case one.Type == "DELETED", one.Object.meta()["deletionTimestamp"] != nil:
				k.stop(uid)
			}
		}
	}
	return nil
}

func (k *kubelet) stop(uid string) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if cancel, ok := k.cancels[uid]; ok {
		cancel()
		delete(k.cancels, uid)
	}
}

// work is one pod on its way.
type work struct {
	*kubelet
	pod      corev1.Pod
	template wfv1.Template
	folder   string
	logs     []byte
}

// end is what became of a pod.
type end struct {
	main    int32  // exit code of the main container
	reason  string // of the pod, where the pod itself failed
	message string
	stage   string // the container that failed apart from main: "init", "wait" or a name
	outputs *wfv1.Outputs
}

func (k *kubelet) run(ctx context.Context, seen object, uid string) {
	defer k.stop(uid)
	w := &work{kubelet: k, folder: filepath.Join(k.folder, uid)}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(seen, &w.pod); err != nil {
		panic(err)
	}
	if err := w.readTemplate(); err != nil {
		panic(err)
	}
	if err := w.createResult(); err != nil {
		return // the workflow is gone
	}
	k.slots <- struct{}{}
	defer func() { <-k.slots }()
	if missing := w.missingSources(); missing != "" {
		w.setStatus(corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{{
			Name:  "main",
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CreateContainerConfigError", Message: missing}},
		}}})
		return
	}
	w.setStatus(corev1.PodStatus{Phase: corev1.PodRunning})
	w.tell("started", 0)
	if limit := w.pod.Spec.ActiveDeadlineSeconds; limit != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(*limit)*time.Second)
		defer cancel()
	}
	ended := w.execute(ctx)
	os.RemoveAll(w.folder)
	if ctx.Err() == context.Canceled {
		ended.main, ended.reason = 137, ""
	}
	w.tell("ended", ended.main)
	w.report(ended)
}

func (w *work) tell(what string, code int32) {
	happened := event{Node: w.pod.Annotations[common.AnnotationKeyNodeName], Phase: "pod " + what}
	if what == "ended" {
		happened.Phase = fmt.Sprintf("pod ended: %d", code)
		happened.logs = string(w.logs)
	}
	w.told(w.pod.Namespace, happened)
}

// readTemplate takes the template from where the controller put it: an environment variable or, if it is large, a ConfigMap.
func (w *work) readTemplate() error {
	for _, container := range append(w.pod.Spec.InitContainers, w.pod.Spec.Containers...) {
		for _, entry := range container.Env {
			if entry.Name != common.EnvVarTemplate {
				continue
			}
			value := entry.Value
			if value == common.EnvVarTemplateOffloaded {
				var err error
				if value, err = w.configValue(w.pod.Name, common.EnvVarTemplate); err != nil {
					return err
				}
			}
			return json.Unmarshal([]byte(value), &w.template)
		}
	}
	return fmt.Errorf("pod %s has no template", w.pod.Name)
}

func (w *work) createResult() error {
	node := w.pod.Annotations[common.AnnotationKeyNodeID]
	_, err := w.store.create(taskResults, w.pod.Namespace, object{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTaskResult",
		"metadata": map[string]any{"name": node, "labels": map[string]any{
			common.LabelKeyWorkflow:               w.pod.Labels[common.LabelKeyWorkflow],
			common.LabelKeyReportOutputsCompleted: "false",
		}},
	})
	return err
}

// report hands the outputs over, and then the pod's end. What is gone by now needs no report.
func (w *work) report(ended end) {
	node := w.pod.Annotations[common.AnnotationKeyNodeID]
	_, _ = w.store.modify(taskResults, w.pod.Namespace, node, func(old object) (object, error) {
		made := copied(old)
		if ended.outputs != nil {
			asJSON, err := json.Marshal(ended.outputs)
			if err != nil {
				return nil, err
			}
			made["outputs"] = map[string]any(decoded(asJSON))
		}
		made.meta()["labels"].(map[string]any)[common.LabelKeyReportOutputsCompleted] = "true"
		return made, nil
	})
	if ended.outputs != nil && ended.main != 0 {
		// The controller does not wait for the result of a pod that failed; a real kubelet tells of the end some time after it.
		time.Sleep(250 * time.Millisecond)
	}
	w.setStatus(w.finalStatus(ended))
}

func (w *work) finalStatus(ended end) corev1.PodStatus {
	status := corev1.PodStatus{Phase: corev1.PodSucceeded, Reason: ended.reason}
	if ended.reason != "" {
		status.Phase, status.Message = corev1.PodFailed, ended.message
	}
	exits := map[string]int32{"main": ended.main, "wait": 0}
	if ended.stage != "" {
		exits[ended.stage] = 1
	}
	for _, name := range []string{"main", "wait", ended.stage} {
		code, told := exits[name]
		if !told {
			continue
		}
		delete(exits, name)
		stopped := &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Completed", FinishedAt: metav1.Now()}
		if code != 0 {
			status.Phase, stopped.Reason = corev1.PodFailed, "Error"
			if name == ended.stage || ended.stage == "" {
				stopped.Message = ended.message
			}
		}
		one := corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Terminated: stopped}}
		if name == ended.stage && name != "wait" {
			status.InitContainerStatuses = append(status.InitContainerStatuses, one)
		} else {
			status.ContainerStatuses = append(status.ContainerStatuses, one)
		}
	}
	return status
}

func (w *work) setStatus(status corev1.PodStatus) {
	// What is gone needs no status.
	_, _ = w.store.modify(pods, w.pod.Namespace, w.pod.Name, func(old object) (object, error) {
		asJSON, err := json.Marshal(status)
		if err != nil {
			return nil, err
		}
		made := copied(old)
		made["status"] = map[string]any(decoded(asJSON))
		return made, nil
	})
}
