package main

import (
	"sort"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// node is one node of a workflow's status, with names in place of ids.
type node struct {
	Name        string            `json:"name"`
	DisplayName string            `json:"displayName"`
	Type        string            `json:"type"`
	Template    string            `json:"template"`
	Phase       string            `json:"phase"`
	Message     string            `json:"message"`
	Boundary    string            `json:"boundary"`
	Children    []string          `json:"children"`
	Inputs      map[string]string `json:"inputs"`
	Outputs     map[string]string `json:"outputs"`
	Artifacts   []string          `json:"artifacts"`
	Result      *string           `json:"result"`
	ExitCode    *string           `json:"exitCode"`
	StartedAt   string            `json:"startedAt"`
	FinishedAt  string            `json:"finishedAt"`
}

// noteNodes writes the changes of phases into the journal.
func (e *engine) noteNodes(namespace string, last *wfv1.Workflow) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	notes := e.notes[namespace]
	names := make([]string, 0, len(last.Status.Nodes))
	phases := map[string]string{}
	for _, one := range last.Status.Nodes {
		names = append(names, one.Name)
		phases[one.Name] = shown(one)
	}
	sort.Strings(names)
	for _, name := range names {
		if notes.phases[name] != phases[name] {
			notes.phases[name] = phases[name]
			notes.events = append(notes.events, event{Node: name, Phase: phases[name]})
		}
	}
}

// shown: Argo keeps Omitted apart from Skipped in the phase itself.
func shown(one wfv1.NodeStatus) string { return string(one.Phase) }

// gather fills the answer.
func (e *engine) gather(last *wfv1.Workflow, answer response) response {
	answer.Phase, answer.Message, answer.Labels = string(last.Status.Phase), last.Status.Message, last.Labels
	nodes := last.Status.Nodes
	for _, one := range nodes {
		found := node{
			Name: one.Name, DisplayName: one.DisplayName, Type: string(one.Type), Template: one.TemplateName, Phase: shown(one),
			Message: one.Message, Boundary: nodes[one.BoundaryID].Name, Inputs: inputsOf(one),
			StartedAt: one.StartedAt.UTC().Format("2006-01-02T15:04:05Z"), FinishedAt: one.FinishedAt.UTC().Format("2006-01-02T15:04:05Z"),
		}
		for _, child := range one.Children {
			found.Children = append(found.Children, nodes[child].Name)
		}
		if one.Outputs != nil {
			found.Outputs, found.Result, found.ExitCode = parameters(one.Outputs.Parameters), one.Outputs.Result, one.Outputs.ExitCode
			for _, artifact := range one.Outputs.Artifacts {
				found.Artifacts = append(found.Artifacts, artifact.Name)
			}
		}
		answer.Nodes = append(answer.Nodes, found)
	}
	sort.Slice(answer.Nodes, func(i, j int) bool { return answer.Nodes[i].Name < answer.Nodes[j].Name })
	e.mutex.Lock()
	notes := e.notes[last.Namespace]
	answer.Events = append([]event{}, notes.events...)
	answer.Logs = map[string]string{}
	for name, said := range notes.logs {
		answer.Logs[name] = said
	}
	e.mutex.Unlock()
	answer.Others = e.others(last)
	return answer
}

func (e *engine) others(last *wfv1.Workflow) map[string]string {
	others := map[string]string{}
	found, _ := e.store.list(workflows, selection{namespace: last.Namespace})
	for _, one := range found {
		if name := text(one.meta(), "name"); name != last.Name {
			status, _ := one["status"].(map[string]any)
			others["Workflow/"+name] = text(status, "phase")
		}
	}
	return others
}

func parameters(given []wfv1.Parameter) map[string]string {
	values := map[string]string{}
	for _, one := range given {
		if one.Value != nil {
			values[one.Name] = one.Value.String()
		}
	}
	return values
}

func inputsOf(one wfv1.NodeStatus) map[string]string {
	if one.Inputs == nil {
		return map[string]string{}
	}
	return parameters(one.Inputs.Parameters)
}
