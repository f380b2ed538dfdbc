// Command clock answers, one JSON line for one JSON line, what the real Argo Workflows makes of time: when a CronWorkflow starts runs,
// and what its template engine and its labels make of expressions over a run's dates.
//
// A request is {"id": N, "ticks": {…}} or {"id": N, "run": {…}}; the answer {"id": N, "ticks": […]} or {"id": N, "texts": […], "labels": […]},
// or {"id": N, "error": "…"}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	log "github.com/sirupsen/logrus"
)

type request struct {
	ID    int       `json:"id"`
	Ticks *schedule `json:"ticks"`
	Run   *run      `json:"run"`
}

type response struct {
	ID     int      `json:"id"`
	Ticks  []string `json:"ticks,omitempty"`
	Texts  []string `json:"texts,omitempty"`
	Labels []string `json:"labels,omitempty"`
	Error  string   `json:"error,omitempty"`
}

func main() {
	log.SetOutput(io.Discard)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return fmt.Errorf("not a request: %w", err)
		}
		if err := answers.Encode(answer(asked)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func answer(asked request) response {
	given := response{ID: asked.ID}
	var err error
	switch {
	case asked.Ticks != nil:
		given.Ticks, err = asked.Ticks.next()
	case asked.Run != nil:
		given.Texts, given.Labels, err = asked.Run.fill()
	default:
		err = fmt.Errorf("neither ticks nor run")
	}
	if err != nil {
		given.Error = err.Error()
	}
	return given
}
