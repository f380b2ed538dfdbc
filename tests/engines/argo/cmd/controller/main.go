// Command controller runs workflows for the tests: the real Argo workflow controller on an API server in memory, with a kubelet
// that really runs what pods would run. One JSON line in, one out, answers as runs end: many requests may be open.
//
// usage: controller POD-PROGRAM PATH-IN-CONTAINERS
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned"
	wfcontroller "github.com/argoproj/argo-workflows/v3/workflow/controller"
	log "github.com/sirupsen/logrus"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// settings are read by Argo's packages when the process starts, so it starts itself again with them.
var settings = map[string]string{
	"DEFAULT_REQUEUE_TIME":   "5ms",
	"CRON_SYNC_PERIOD":       "200ms",
	"SEMAPHORE_NOTIFY_DELAY": "5ms",
	// Otherwise it does not look again after a write of its own.
	"INFORMER_WRITE_BACK": "none",
}

const configuration = `
metricsConfig: {enabled: false}
telemetryConfig: {enabled: false}
nodeEvents: {enabled: false}
workflowEvents: {enabled: false}
artifactRepository:
  s3: {endpoint: store.invalid, bucket: artifacts, keyFormat: "{{workflow.namespace}}/{{pod.name}}"}
`

const home = "argo" // the controller's own namespace

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: controller POD-PROGRAM PATH-IN-CONTAINERS")
		os.Exit(2)
	}
	restartWithSettings()
	answers := os.Stdout
	os.Stdout = os.Stderr // nothing of Argo's may reach the answers
	quieten()
	folder, err := os.MkdirTemp("", "airgo-engine-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ended
		os.RemoveAll(folder)
		os.Exit(1)
	}()
	if err := probe(folder, os.Args[1], os.Args[2]); err != nil {
		os.RemoveAll(folder)
		fmt.Fprintln(os.Stderr, "no private root for a pod:", err)
		os.Exit(3)
	}
	engine, err := start(folder, os.Args[1], os.Args[2])
	if err == nil {
		err = serve(os.Stdin, answers, engine)
	}
	os.RemoveAll(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func restartWithSettings() {
	missing := false
	for name, value := range settings {
		if os.Getenv(name) != value {
			missing = true
			os.Setenv(name, value)
		}
	}
	if missing {
		fmt.Fprintln(os.Stderr, syscall.Exec("/proc/self/exe", os.Args, os.Environ()))
		os.Exit(2)
	}
}

func quieten() {
	log.SetOutput(io.Discard)
	log.SetLevel(log.InfoLevel)
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	klog.SetOutput(io.Discard)
}

// probe runs a container that does nothing: namespaces and overlays are not permitted everywhere.
func probe(folder, podProgram, path string) error {
	w := &work{kubelet: &kubelet{program: podProgram, path: path}, folder: filepath.Join(folder, "probe")}
	made := task{Scratch: filepath.Join(w.folder, "scratch"), Command: []string{"true"}, Env: []string{"PATH=" + path}, WorkingDir: "/"}
	if err := os.MkdirAll(made.Scratch, 0o755); err != nil {
		return err
	}
	done, err := w.start(context.Background(), made)
	if err == nil && done.ExitCode != 0 {
		err = fmt.Errorf("`true` exited with %d: %s", done.ExitCode, done.Message)
	}
	return err
}

// start brings up the API server, the kubelet and the controller.
func start(folder, podProgram, path string) (*engine, error) {
	made := newEngine()
	kept := made.store
	if _, err := kept.create("namespaces", "", object{"metadata": map[string]any{"name": home}, "apiVersion": "v1", "kind": "Namespace"}); err != nil {
		return nil, err
	}
	if _, err := kept.create("configmaps", home, named("configmaps", object{
		"metadata": map[string]any{"name": "controller"}, "data": map[string]any{"config": configuration},
	})); err != nil {
		return nil, err
	}
	api, err := listen(server{kept})
	if err != nil {
		return nil, err
	}
	node := &kubelet{
		store: kept, folder: folder, program: podProgram, path: path, api: api, slots: make(chan struct{}, 64),
		cancels: map[string]context.CancelFunc{}, told: made.tell,
	}
	go func() {
		if err := node.watchPods(); err != nil {
			panic(err)
		}
	}()
	config := &rest.Config{
		Host: "http://kube.invalid", Transport: server{kept}, QPS: -1,
		ContentConfig: rest.ContentConfig{ContentType: "application/json", AcceptContentTypes: "application/json"},
	}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	workflows, err := versioned.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	controller, err := wfcontroller.NewWorkflowController(
		ctx, config, kube, workflows, home, "", "argoexec.invalid/argoexec", "IfNotPresent", "text", "controller", false)
	if err != nil {
		return nil, err
	}
	log.AddHook(made)
	go controller.Run(ctx, 8, 1, 2, 1, 1)
	return made, nil
}

func serve(in io.Reader, out io.Writer, runner *engine) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), 256<<20)
	answers := json.NewEncoder(out)
	var mutex sync.Mutex
	var open sync.WaitGroup
	defer open.Wait()
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return fmt.Errorf("not a request: %w", err)
		}
		open.Add(1)
		go func() {
			defer open.Done()
			answer := runner.run(asked)
			mutex.Lock()
			defer mutex.Unlock()
			if err := answers.Encode(answer); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
	return lines.Err()
}
