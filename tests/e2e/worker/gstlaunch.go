// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"strings"
	"sync"
)

// quoted makes any text one value of a pipeline description.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// problem cuts the message out of "ERROR: from element /path: message".
func problem(line string) (string, bool) {
	for _, kind := range []string{"ERROR: from element ", "WARNING: from element "} {
		if rest, is := strings.CutPrefix(line, kind); is {
			_, text, _ := strings.Cut(rest, ": ")
			return text, true
		}
	}
	return "", false
}

// lastProblem keeps the first error line that a child writes.
type lastProblem struct {
	mu   sync.Mutex
	text string
}

func (p *lastProblem) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range strings.Split(string(data), "\n") {
		if text, is := problem(line); is && p.text == "" {
			p.text = text
		}
	}
	return len(data), nil
}

func (p *lastProblem) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}
