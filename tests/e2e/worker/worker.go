// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"log"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	"google.golang.org/protobuf/proto"
)

// worker takes the jobs that livekit-server offers and keeps the running ones.
type worker struct {
	bus          psrpc.MessageBus
	io           rpc.IOInfoClient
	rooms        room
	trackTimeout time.Duration
	out          string // the folder of files whose names are not absolute
	faults       faultQueue

	mu       sync.Mutex
	running  map[string]*egress
	finished sync.WaitGroup
}

func newWorker(bus psrpc.MessageBus, io rpc.IOInfoClient, rooms room, trackTimeout time.Duration, out string) *worker {
	return &worker{bus: bus, io: io, rooms: rooms, trackTimeout: trackTimeout, out: out, running: map[string]*egress{}}
}

// StartEgressAffinity bids for a job: 1 takes it at once, below 0 is no bid. An
// idle worker lets busy ones go first, so its jobs start half a second later.
func (w *worker) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 {
	if w.faults.refusing() {
		return -1
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.running) == 0 {
		return 0.5
	}
	return 1
}

// StartEgress checks the request, stores the egress as STARTING and runs it.
func (w *worker) StartEgress(ctx context.Context, req *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	j, err := newJob(req)
	if err != nil {
		return nil, err
	}
	answer := proto.Clone(j.info).(*livekit.EgressInfo)

	e, err := newEgress(w, j, w.faults.take())
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	_, exists := w.running[j.info.EgressId]
	if !exists {
		w.running[j.info.EgressId] = e
		w.finished.Add(1)
	}
	w.mu.Unlock()
	if exists {
		e.rpc.Kill()
		return nil, psrpc.NewErrorf(psrpc.AlreadyExists, "egress already exists")
	}

	if _, err := w.io.CreateEgress(ctx, answer); err != nil {
		w.forget(e)
		return nil, err
	}
	log.Printf("%s started", j.info.EgressId)
	go e.run()
	return answer, nil
}

// ListActiveEgress names the egresses this worker runs.
func (w *worker) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := &rpc.ListActiveEgressResponse{}
	for id := range w.running {
		list.EgressIds = append(list.EgressIds, id)
	}
	return list, nil
}

// report sends the state of an egress to livekit-server, which stores it and
// sends the webhooks.
func (w *worker) report(info *livekit.EgressInfo) {
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		_, err := w.io.UpdateEgress(ctx, info)
		cancel()
		if err == nil {
			return
		}
		log.Printf("%s: report of %s failed: %v", info.EgressId, info.Status, err)
	}
}

func (w *worker) forget(e *egress) {
	e.rpc.Kill()
	w.mu.Lock()
	delete(w.running, e.info.EgressId)
	w.mu.Unlock()
	w.finished.Done()
}

// shutdown ends every egress as the real worker does when it is told to quit.
func (w *worker) shutdown() {
	w.mu.Lock()
	for _, e := range w.running {
		go func() {
			e.end(livekit.EndReasonKilled)
			e.quit()
		}()
	}
	w.mu.Unlock()
	w.finished.Wait()
}
