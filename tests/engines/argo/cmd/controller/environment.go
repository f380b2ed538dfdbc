package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// environment is a container's, in order; a later entry of a name replaces an earlier one. What only the image gives is not
// declared: Kubernetes does not know it when it expands "$(NAME)".
type environment struct {
	names    []string
	values   map[string]string
	declared map[string]bool
}

func (e *environment) set(name, value string) {
	if _, there := e.values[name]; !there {
		e.names = append(e.names, name)
	}
	e.values[name] = value
}

func (e *environment) declare(name, value string) {
	e.set(name, value)
	e.declared[name] = true
}

func (e environment) known(name string) bool { return e.declared[name] }

func (e environment) list() []string {
	all := make([]string, 0, len(e.names))
	for _, name := range e.names {
		all = append(all, name+"="+e.values[name])
	}
	return all
}

// expand does what Kubernetes does with "$(NAME)" and "$$" in commands, arguments and values: a name that is not known stays.
func (e environment) expand(word string) string {
	var out strings.Builder
	for index := 0; index < len(word); index++ {
		rest := word[index+1:]
		switch {
		case word[index] != '$' || rest == "":
			out.WriteByte(word[index])
		case rest[0] == '$':
			out.WriteByte('$')
			index++
		case rest[0] == '(' && strings.Contains(rest, ")"):
			name := rest[1:strings.Index(rest, ")")]
			if e.known(name) {
				out.WriteString(e.values[name])
			} else {
				out.WriteString("$(" + name + ")")
			}
			index += len(name) + 2
		default:
			out.WriteByte('$')
		}
	}
	return out.String()
}

// environment collects a container's entries: the image's, then envFrom, then env.
func (w *work) environment(of corev1.Container) (environment, error) {
	made := environment{values: map[string]string{}, declared: map[string]bool{}}
	made.set("PATH", w.path)
	made.set("HOME", "/root")
	made.set("LANG", "C.UTF-8")
	made.set("HOSTNAME", w.pod.Name)
	made.set("KUBERNETES_SERVICE_HOST", "127.0.0.1")
	made.set("KUBERNETES_SERVICE_PORT", w.api.port)
	for _, source := range of.EnvFrom {
		var data map[string]string
		if source.ConfigMapRef != nil {
			data, _ = w.data("configmaps", source.ConfigMapRef.Name)
		} else if source.SecretRef != nil {
			data, _ = w.data("secrets", source.SecretRef.Name)
		}
		for _, name := range sortedKeys(data) {
			made.declare(source.Prefix+name, data[name])
		}
	}
	for _, entry := range of.Env {
		if entry.ValueFrom == nil {
			made.declare(entry.Name, made.expand(entry.Value))
			continue
		}
		if value, there, err := w.valueFrom(entry.ValueFrom); err != nil {
			return made, err
		} else if there {
			made.declare(entry.Name, value)
		}
	}
	return made, nil
}

func (w *work) valueFrom(source *corev1.EnvVarSource) (string, bool, error) {
	optional := func(value *bool) bool { return value != nil && *value }
	switch {
	case source.ConfigMapKeyRef != nil:
		value, err := w.configValue(source.ConfigMapKeyRef.Name, source.ConfigMapKeyRef.Key)
		if err != nil && optional(source.ConfigMapKeyRef.Optional) {
			return "", false, nil
		}
		return value, err == nil, err
	case source.SecretKeyRef != nil:
		data, err := w.data("secrets", source.SecretKeyRef.Name)
		value, there := data[source.SecretKeyRef.Key]
		if err == nil && !there {
			err = fmt.Errorf("couldn't find key %s in Secret %s/%s", source.SecretKeyRef.Key, w.pod.Namespace, source.SecretKeyRef.Name)
		}
		if err != nil && optional(source.SecretKeyRef.Optional) {
			return "", false, nil
		}
		return value, err == nil, err
	case source.FieldRef != nil:
		return w.field(source.FieldRef.FieldPath), true, nil
	}
	return "1", true, nil // a limit or request of resources
}

func (w *work) field(path string) string {
	for prefix, values := range map[string]map[string]string{"metadata.labels['": w.pod.Labels, "metadata.annotations['": w.pod.Annotations} {
		if name, ok := strings.CutPrefix(path, prefix); ok {
			return values[strings.TrimSuffix(name, "']")]
		}
	}
	return map[string]string{
		"metadata.name": w.pod.Name, "metadata.namespace": w.pod.Namespace, "metadata.uid": string(w.pod.UID),
		"spec.nodeName": "node", "spec.serviceAccountName": w.pod.Spec.ServiceAccountName, "status.podIP": "127.0.0.1", "status.hostIP": "127.0.0.1",
	}[path]
}

func (w *work) configValue(name, key string) (string, error) {
	data, err := w.data("configmaps", name)
	if err != nil {
		return "", err
	}
	value, there := data[key]
	if !there {
		return "", fmt.Errorf("couldn't find key %s in ConfigMap %s/%s", key, w.pod.Namespace, name)
	}
	return value, nil
}

// data is what a ConfigMap or Secret holds, as text.
func (w *work) data(resource, name string) (map[string]string, error) {
	found, err := w.store.get(resource, w.pod.Namespace, name)
	if err != nil {
		return nil, err
	}
	data := texts(found["data"])
	if resource == "secrets" {
		for key, value := range data {
			content, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				return nil, fmt.Errorf("secret %s: %s is not base64", name, key)
			}
			data[key] = string(content)
		}
		for key, value := range texts(found["stringData"]) {
			data[key] = value
		}
	}
	return data, nil
}

// missingSources says what a real kubelet would wait for: ConfigMaps and Secrets that are not there.
func (w *work) missingSources() string {
	for _, container := range w.pod.Spec.Containers {
		if _, err := w.environment(container); err != nil {
			return err.Error()
		}
	}
	return ""
}

func (w *work) volume(name string) string { return filepath.Join(w.folder, "volumes", name) }

// makeVolume makes a folder for a volume; one of a ConfigMap or Secret holds its files, any other is empty.
func (w *work) makeVolume(volume corev1.Volume) error {
	folder := w.volume(volume.Name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	resource, name, items := "", "", []corev1.KeyToPath(nil)
	if volume.ConfigMap != nil {
		resource, name, items = "configmaps", volume.ConfigMap.Name, volume.ConfigMap.Items
	} else if volume.Secret != nil {
		resource, name, items = "secrets", volume.Secret.SecretName, volume.Secret.Items
	}
	if resource == "" {
		return nil
	}
	data, err := w.data(resource, name)
	if err != nil {
		return err
	}
	if items == nil {
		for key := range data {
			items = append(items, corev1.KeyToPath{Key: key, Path: key})
		}
	}
	for _, item := range items {
		target := filepath.Join(folder, item.Path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(data[item.Key]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) mounts(of corev1.Container) []mount {
	var all []mount
	for _, one := range of.VolumeMounts {
		source := filepath.Join(w.volume(one.Name), one.SubPath)
		if one.Name == "var-run-argo" {
			continue
		}
		if _, err := os.Stat(source); err != nil {
			_ = os.MkdirAll(source, 0o777) // a subPath that is not there becomes a folder
		}
		all = append(all, mount{source, one.MountPath, one.ReadOnly})
	}
	return all
}

func sortedKeys(data map[string]string) []string {
	names := make([]string, 0, len(data))
	for name := range data {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
