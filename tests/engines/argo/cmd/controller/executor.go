package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	corev1 "k8s.io/api/core/v1"
)

// task, mount, copying and result are what cmd/pod reads and says.
type task struct {
	Scratch    string
	Mounts     []mount
	Command    []string
	Env        []string
	WorkingDir string
	Files      []string
	Copies     []copying
}

type mount struct {
	Source, Target string
	ReadOnly       bool
}

type copying struct{ From, To string }

type result struct {
	ExitCode int32
	Message  string
	Files    map[string][]byte
	Missing  []string
	stdout   []byte
}

// artifactFolder is where artifacts are kept, below the kubelet's folder, by key.
const artifactFolder = "artifacts"

// execute does what the init container, the main container and the wait container of a pod do.
func (w *work) execute(ctx context.Context) end {
	if w.template.Resource != nil {
		return w.executeResource(ctx)
	}
	if err := w.stage(); err != nil {
		return end{main: 0, stage: "init", message: err.Error()}
	}
	for _, container := range w.pod.Spec.InitContainers {
		if container.Name == common.InitContainerName {
			continue
		}
		if done := w.container(ctx, container, nil, nil); done.ExitCode != 0 {
			return end{stage: container.Name, message: done.Message}
		}
	}
	index := slices.IndexFunc(w.pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == common.MainContainerName })
	if index < 0 {
		return end{stage: "init", message: "the tests' kubelet runs pods with a main container only"}
	}
	files, copies := w.wanted()
	done := w.container(ctx, w.pod.Spec.Containers[index], files, copies)
	if ctx.Err() == context.DeadlineExceeded {
		return end{main: 137, reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline"}
	}
	outputs, err := w.outputs(done, copies)
	ended := end{main: done.ExitCode, message: done.Message, outputs: outputs}
	if err != nil {
		ended.stage, ended.message = "wait", err.Error()
	}
	return ended
}

// stage puts the script and the input artifacts where the main container finds them.
func (w *work) stage() error {
	for _, volume := range w.pod.Spec.Volumes {
		if err := w.makeVolume(volume); err != nil {
			return err
		}
	}
	if w.template.Script != nil {
		if err := os.WriteFile(w.volume("argo-staging")+"/script", []byte(w.template.Script.Source), 0o755); err != nil {
			return err
		}
	}
	for _, artifact := range w.template.Inputs.Artifacts {
		if err := w.loadArtifact(artifact); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) loadArtifact(artifact wfv1.Artifact) error {
	target := filepath.Join(w.volume("input-artifacts"), artifact.Name)
	if artifact.Raw != nil {
		return os.WriteFile(target, []byte(artifact.Raw.Data), 0o644)
	}
	source := ""
	if artifact.S3 != nil && artifact.S3.Key != "" {
		source = filepath.Join(w.kubelet.folder, artifactFolder, artifact.S3.Key, "content")
	}
	info, err := os.Stat(source)
	switch {
	case source == "" && artifact.Optional, errors.Is(err, os.ErrNotExist) && artifact.Optional:
		return nil
	case err != nil:
		return fmt.Errorf("required artifact '%s' not supplied", artifact.Name)
	case info.IsDir():
		return os.CopyFS(target, os.DirFS(source))
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	return os.WriteFile(target, content, info.Mode().Perm())
}

// wanted lists the files and folders that the template's outputs take from the main container.
func (w *work) wanted() ([]string, []copying) {
	var files []string
	for _, parameter := range w.template.Outputs.Parameters {
		if parameter.ValueFrom != nil && parameter.ValueFrom.Path != "" {
			files = append(files, parameter.ValueFrom.Path)
		}
	}
	var copies []copying
	for _, artifact := range w.template.Outputs.Artifacts {
		location := filepath.Join(w.pod.Namespace, w.pod.Name, artifact.Name)
		copies = append(copies, copying{artifact.Path, filepath.Join(w.kubelet.folder, artifactFolder, location)})
	}
	return files, copies
}

// outputs is what the wait container reports, also of a main container that failed.
func (w *work) outputs(done result, copies []copying) (*wfv1.Outputs, error) {
	found := w.template.Outputs.DeepCopy()
	var problem error
	for index, parameter := range found.Parameters {
		if parameter.ValueFrom == nil || parameter.ValueFrom.Path == "" {
			continue
		}
		content, there := done.Files[parameter.ValueFrom.Path]
		value := string(content)
		if !there && parameter.ValueFrom.Default != nil {
			value = parameter.ValueFrom.Default.String()
		} else if !there {
			return nil, fmt.Errorf("open %s: no such file or directory", parameter.ValueFrom.Path)
		}
		found.Parameters[index].Value = wfv1.AnyStringPtr(strings.TrimSuffix(value, "\n"))
	}
	var saved wfv1.Artifacts
	for index, artifact := range found.Artifacts {
		switch absent := slices.Contains(done.Missing, artifact.Path); {
		case absent && !artifact.Optional:
			problem = fmt.Errorf("artifact %s: stat %s: no such file or directory", artifact.Name, artifact.Path)
		case !absent:
			artifact.S3 = &wfv1.S3Artifact{Key: strings.TrimPrefix(copies[index].To, filepath.Join(w.kubelet.folder, artifactFolder)+"/")}
			saved = append(saved, artifact)
		}
	}
	found.Artifacts = saved
	if w.environmentOf("main", common.EnvVarIncludeScriptOutput) == "true" {
		const limit = 256 << 10
		printed := strings.TrimSuffix(string(done.stdout), "\n")
		printed = printed[max(0, len(printed)-limit):]
		found.Result = &printed
	}
	return found, problem
}

func (w *work) environmentOf(container, name string) string {
	for _, one := range w.pod.Spec.Containers {
		for _, entry := range one.Env {
			if one.Name == container && entry.Name == name {
				return entry.Value
			}
		}
	}
	return ""
}

// container runs one container to its end.
func (w *work) container(ctx context.Context, of corev1.Container, files []string, copies []copying) result {
	env, err := w.environment(of)
	if err != nil {
		return result{ExitCode: 1, Message: err.Error()}
	}
	command, err := w.command(of, env)
	if err != nil {
		return result{ExitCode: 1, Message: err.Error()}
	}
	account, err := w.account()
	if err != nil {
		return result{ExitCode: 1, Message: err.Error()}
	}
	made := task{
		Scratch: filepath.Join(w.folder, "scratch"), Command: command, Env: env.list(), Files: files, Copies: copies,
		Mounts: append(w.mounts(of), account), WorkingDir: of.WorkingDir,
	}
	if made.WorkingDir == "" {
		made.WorkingDir = "/"
	}
	folders := []string{made.Scratch}
	for _, copied := range copies {
		folders = append(folders, copied.To)
	}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return result{ExitCode: 1, Message: err.Error()}
		}
	}
	done, err := w.start(ctx, made)
	if err != nil {
		return result{ExitCode: 137, Message: err.Error()}
	}
	return done
}

// command is what the container's process is called with, without Argo's emissary.
func (w *work) command(of corev1.Container, env environment) ([]string, error) {
	words := of.Command
	if index := slices.Index(words, "--"); len(words) > 1 && words[0] == common.VarRunArgoPath+"/argoexec" && index > 0 {
		words = words[index+1:]
	}
	arguments := of.Args
	if env.known(common.EnvVarContainerArgsFile) {
		asJSON, err := w.configValue(w.pod.Name, common.EnvVarContainerArgsFile)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(asJSON), &arguments); err != nil {
			return nil, err
		}
	}
	var all []string
	for _, word := range append(slices.Clone(words), arguments...) {
		all = append(all, env.expand(word))
	}
	return all, nil
}

// start hands a task to cmd/pod in namespaces of its own.
func (w *work) start(ctx context.Context, made task) (result, error) {
	asJSON, err := json.Marshal(made)
	if err != nil {
		return result{}, err
	}
	names := []string{"task", "stdout", "both", "result"}
	files := map[string]*os.File{}
	for _, name := range names {
		file, err := os.OpenFile(filepath.Join(w.folder, name), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
		if err != nil {
			return result{}, err
		}
		defer file.Close()
		files[name] = file
	}
	if _, err := files["task"].WriteAt(asJSON, 0); err != nil {
		return result{}, err
	}
	command := exec.CommandContext(ctx, w.program)
	command.Env = []string{}
	var said strings.Builder
	command.Stderr = &said
	for _, name := range names {
		command.ExtraFiles = append(command.ExtraFiles, files[name])
	}
	command.SysProcAttr = isolated()
	err = command.Run()
	both, _ := os.ReadFile(filepath.Join(w.folder, "both"))
	w.logs = append(w.logs, both...)
	if err != nil {
		return result{}, fmt.Errorf("%w: %s", err, said.String())
	}
	var done result
	content, err := os.ReadFile(filepath.Join(w.folder, "result"))
	if err == nil {
		err = json.Unmarshal(content, &done)
	}
	if err == nil {
		done.stdout, err = os.ReadFile(filepath.Join(w.folder, "stdout"))
	}
	return done, err
}

// isolated asks for namespaces: mounts and processes, and one of users where the tests are not root.
func isolated() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}
