// Command validator answers, one JSON line for one JSON line, what the real Argo Workflows says about manifests:
// its strict parser, its validator (the one behind `argo lint`) and the API server's rules over the full CRDs.
//
// A request is {"id": N, "yaml": "…", "echo": false}; the answer {"id": N, "documents": [{"kind", "name", "skipped", "problems": […]}]}.
// Templates are looked up among the documents of the same request. The folder with the CRDs is the only argument.
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
	ID   int    `json:"id"`
	YAML string `json:"yaml"`
	Echo bool   `json:"echo"`
}

type response struct {
	ID        int        `json:"id"`
	Documents []document `json:"documents"`
}

type document struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Skipped  bool      `json:"skipped"`
	Problems []problem `json:"problems"`
	// Value is what the text says to Argo's YAML reader; given when the request asks for an echo.
	Value map[string]any `json:"value,omitempty"`
}

// A problem says which of the three judges found it: "parse", "validate" or "schema".
type problem struct {
	Stage   string `json:"stage"`
	Message string `json:"message"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: validator FOLDER-OF-FULL-CRDS")
		os.Exit(2)
	}
	log.SetOutput(io.Discard)
	schemas, err := loadSchemas(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot read the CRDs:", err)
		os.Exit(2)
	}
	if err := serve(os.Stdin, os.Stdout, schemas); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer, schemas schemas) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return fmt.Errorf("not a request: %w", err)
		}
		if err := answers.Encode(response{asked.ID, check(asked.YAML, asked.Echo, schemas)}); err != nil {
			return err
		}
	}
	return lines.Err()
}
