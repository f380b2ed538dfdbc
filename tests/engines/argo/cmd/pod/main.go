// Command pod is the first process of one container of the tests' kubelet: it makes the container's private root, runs the
// container's command in it, and says how that ended and what the asked-for files hold.
//
// It is started in mount and process namespaces of its own. Descriptor 3 is the task (JSON), 4 takes the standard output,
// 5 both outputs, 6 the result (JSON). "The image" is the machine's own root, seen through an overlay that vanishes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Task is what a container does.
type Task struct {
	// Scratch is an empty folder for the layers of the root.
	Scratch string
	// Mounts are bound over the root, in order.
	Mounts     []Mount
	Command    []string
	Env        []string
	WorkingDir string
	// Files are read when the command has ended.
	Files []string
	// Folders are copied from the root to folders outside when the command has ended.
	Copies []Copy
}

// Mount binds a file or folder outside to a path of the root.
type Mount struct {
	Source   string
	Target   string
	ReadOnly bool
}

// Copy takes a file or folder of the root out to a folder.
type Copy struct {
	From string
	To   string
}

// Result is how it ended. A file that is not there is not in Files; a path that is not there is in Missing.
type Result struct {
	ExitCode int
	Message  string
	Files    map[string][]byte
	Missing  []string
}

// brokenContainer is the exit code with which Argo's emissary says that the command could not be started.
const brokenContainer = 64

func main() {
	var task Task
	if err := json.NewDecoder(os.NewFile(3, "task")).Decode(&task); err != nil {
		fail("no task: %v", err)
	}
	result := run(task)
	if err := json.NewEncoder(os.NewFile(6, "result")).Encode(result); err != nil {
		fail("no result: %v", err)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "pod: "+format+"\n", values...)
	os.Exit(1)
}

func run(task Task) Result {
	outside, err := enter(task)
	if err != nil {
		fail("no private root: %v", err)
	}
	code, message := execute(task)
	result := Result{ExitCode: code, Message: message, Files: map[string][]byte{}}
	for _, path := range task.Files {
		if content, err := os.ReadFile(path); err == nil {
			result.Files[path] = content
		}
	}
	for index, copied := range task.Copies {
		target := filepath.Join(fmt.Sprintf("/proc/self/fd/%d", outside[index].Fd()), "content")
		if err := copyTree(copied.From, target); err != nil {
			result.Missing = append(result.Missing, copied.From)
		}
	}
	return result
}

func execute(task Task) (int, string) {
	path, err := find(task.Command[0], task.Env)
	if err != nil {
		return brokenContainer, err.Error()
	}
	stdout, both := os.NewFile(4, "stdout"), os.NewFile(5, "both")
	command := &exec.Cmd{
		Path: path, Args: task.Command, Env: task.Env, Dir: task.WorkingDir,
		Stdout: io.MultiWriter(stdout, both), Stderr: both, WaitDelay: time.Second,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return 0, ""
	case errors.As(err, &exit):
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()), ""
		}
		return exit.ExitCode(), ""
	}
	return brokenContainer, err.Error()
}

// find looks a command up on the container's own PATH.
func find(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, entry := range env {
		if folders, ok := strings.CutPrefix(entry, "PATH="); ok {
			for _, folder := range filepath.SplitList(folders) {
				candidate := filepath.Join(folder, name)
				if info, err := os.Stat(candidate); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
					return candidate, nil
				}
			}
		}
	}
	return "", fmt.Errorf("exec: %q: executable file not found in $PATH", name)
}

func copyTree(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}
