// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// A fault is what the next started egress does wrong.
type fault string

const (
	faultNone         fault = ""
	faultNeverActive  fault = "never-active"  // built, but the start signal never comes
	faultFailStarting fault = "fail-starting" // FAILED out of STARTING
	faultFailActive   fault = "fail-active"   // FAILED one second after ACTIVE
	faultWorkerLost   fault = "worker-lost"   // media and RPCs stop dead, ACTIVE for ever
	faultAbort        fault = "abort"         // ABORTED out of STARTING
	faultLimit        fault = "limit"         // LIMIT_REACHED one second after ACTIVE
	faultNoMedia      fault = "no-media"      // ACTIVE, but nothing is sent
	faultSlowEnd      fault = "slow-end"      // two seconds in ENDING
	faultCut          fault = "cut"           // one second after ACTIVE its connections break off, and are made again
	faultStall        fault = "stall"         // one second after ACTIVE nothing is sent for two seconds
	faultMute         fault = "mute"          // one second after ACTIVE the audio is muted for two seconds
	faultStructured   fault = "structured-id" // no fault: SRT stream ids as SRT's access control writes them
)

// testError is what an egress says that fails on demand.
const testError = "Error on SRT socket: test"

var knownFaults = map[fault]bool{
	faultNeverActive: true, faultFailStarting: true, faultFailActive: true, faultWorkerLost: true,
	faultAbort: true, faultLimit: true, faultNoMedia: true, faultSlowEnd: true,
	faultCut: true, faultStall: true, faultMute: true, faultStructured: true,
}

// faultQueue holds the faults that tests have asked for.
type faultQueue struct {
	mu     sync.Mutex
	lives  []fault
	refuse bool
}

func (q *faultQueue) take() fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.lives) == 0 {
		return faultNone
	}
	next := q.lives[0]
	q.lives = q.lives[1:]
	return next
}

func (q *faultQueue) refusing() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.refuse
}

// handler serves POST /faults with {"life": NAME} for the next egress, or
// {"refuse": true} to leave every job to other workers; DELETE /faults clears.
func (q *faultQueue) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var wanted struct {
			Life   fault `json:"life"`
			Refuse bool  `json:"refuse"`
		}
		decoder := json.NewDecoder(io.LimitReader(r.Body, 4096))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&wanted); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if wanted.Life != faultNone && !knownFaults[wanted.Life] {
			http.Error(w, "no such life: "+string(wanted.Life), http.StatusBadRequest)
			return
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		if wanted.Life != faultNone {
			q.lives = append(q.lives, wanted.Life)
		}
		q.refuse = q.refuse || wanted.Refuse
	})
	mux.HandleFunc("DELETE /faults", func(http.ResponseWriter, *http.Request) {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.lives, q.refuse = nil, false
	})
	return mux
}
