// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"errors"
	"log"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	"google.golang.org/protobuf/proto"
)

// egress is one running job, and the server of its own RPCs.
type egress struct {
	worker *worker
	job    *job
	fault  fault
	rpc    rpc.EgressHandlerServer
	ctx    context.Context // done when the worker quits
	quit   context.CancelFunc
	built  chan struct{} // closed when the source is there, or has failed
	eos    chan struct{} // closed when the media has to end

	mu      sync.Mutex
	info    *livekit.EgressInfo
	over    bool // eos is closed
	failed  bool // its source never came, so it has run no outputs
	encoder *encoder

	segmenter *segmenter
}

func newEgress(w *worker, j *job, f fault) (*egress, error) {
	e := &egress{worker: w, job: j, fault: f, info: j.info, built: make(chan struct{}), eos: make(chan struct{})}
	e.ctx, e.quit = context.WithCancel(context.Background())
	server, err := rpc.NewEgressHandlerServer(e, w.bus)
	if err != nil {
		return nil, err
	}
	e.rpc = server
	id := j.info.EgressId
	if err := firstError(server.RegisterStopEgressTopic(id), server.RegisterUpdateStreamTopic(id)); err != nil {
		server.Kill()
		return nil, err
	}
	return e, nil
}

func (e *egress) run() {
	defer e.worker.forget(e)
	e.info.StartedAt = time.Now().UnixNano()

	s, err := e.prepare()
	if err != nil {
		e.mu.Lock()
		e.failed = true
		e.failLocked(err)
		e.mu.Unlock()
	}
	close(e.built)
	if err == nil {
		e.play(s)
	}
	if e.fault == faultWorkerLost {
		<-e.ctx.Done()
	}
	if s != nil {
		s.leave()
	}
	if e.fault != faultWorkerLost {
		e.finish()
	}
}

// prepare joins the room and waits for what the job asks for.
func (e *egress) prepare() (*session, error) {
	if e.info.RoomName == "" {
		return nil, nil
	}
	s, err := e.worker.rooms.join(e.ctx, e.info.EgressId, e.info.RoomName)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(e.ctx, e.worker.trackTimeout)
	defer cancel()
	return s, e.job.await(ctx, s)
}

// play runs the media from STARTING until it has to end.
func (e *egress) play(s *session) {
	switch e.fault {
	case faultNeverActive:
		<-e.eos
		e.mu.Lock()
		e.info.SetAborted(livekit.MsgStartNotReceived)
		e.mu.Unlock()
		return
	case faultAbort:
		e.mu.Lock()
		e.info.SetAborted(livekit.MsgStartNotReceived)
		e.mu.Unlock()
		return
	case faultFailStarting:
		e.fail(psrpc.NewErrorf(psrpc.Unavailable, "%s", testError))
		return
	}
	if err := e.startMedia(); err != nil {
		e.fail(err)
		return
	}
	if s != nil {
		go e.watchSource(s)
		if e.job.outputs.streamFormat == formatRaw {
			go e.watchMute(s)
		}
	}
	if e.fault == faultWorkerLost {
		// Before anybody can know that it is active, and stop it.
		e.rpc.Kill()
	}
	e.activate()

	switch e.fault {
	case faultWorkerLost:
		e.stopMedia()
		return
	case faultFailActive:
		defer time.AfterFunc(time.Second, func() { e.failStreams(testError) }).Stop()
	case faultLimit:
		defer time.AfterFunc(time.Second, e.reachLimit).Stop()
	case faultCut, faultStall, faultMute:
		defer time.AfterFunc(faultDelay, e.disturb).Stop()
	}
	<-e.eos
	if e.fault == faultSlowEnd {
		time.Sleep(2 * time.Second)
	}
}

func (e *egress) activate() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return
	}
	now := time.Now().UnixNano()
	e.job.outputs.started(now)
	e.info.UpdateStatus(livekit.EgressStatus_EGRESS_ACTIVE)
	e.reportLocked()
}

// watchSource ends the job when its source has left the room.
func (e *egress) watchSource(s *session) {
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	go func() {
		<-e.eos
		cancel()
	}()
	e.job.awaitEnd(ctx, s)
	select {
	case <-s.gone:
		if !s.closedByServer() {
			e.fail(errConnection)
			return
		}
	default:
	}
	if e.ctx.Err() == nil {
		e.end(livekit.EndReasonSrcClosed)
	}
}

// end asks for a normal end: out of ACTIVE it is ENDING now and COMPLETE when
// the media has stopped.
func (e *egress) end(reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.endLocked(reason)
}

func (e *egress) endLocked(reason string) {
	if e.over {
		return
	}
	e.info.SetEndReason(reason)
	switch e.info.Status {
	case livekit.EgressStatus_EGRESS_STARTING:
		e.info.SetAborted(livekit.MsgStoppedBeforeStarted)
	case livekit.EgressStatus_EGRESS_ACTIVE:
		e.info.UpdateStatus(livekit.EgressStatus_EGRESS_ENDING)
		e.reportLocked()
	}
	if e.job.fromWeb() {
		e.job.outputs.ended(livekit.StreamInfo_FINISHED)
	}
	e.closeLocked()
}

func (e *egress) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failLocked(err)
}

func (e *egress) failLocked(err error) {
	if e.over {
		return
	}
	e.info.SetFailed(err)
	e.closeLocked()
}

func (e *egress) reachLimit() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.over {
		e.info.SetLimitReached()
		e.endLocked(livekit.EndReasonLimitReached)
	}
}

func (e *egress) closeLocked() {
	e.over = true
	close(e.eos)
}

// streamFailed is the end of one URL, and of the job if it was the last output.
func (e *egress) streamFailed(s *stream, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over || !s.running() {
		return
	}
	log.Printf("%s: a stream failed: %s", e.info.EgressId, text)
	e.dropLocked(s, livekit.StreamInfo_FAILED, text)
	if e.job.outputs.running() == 0 {
		e.failLocked(psrpc.NewError(psrpc.Unavailable, errors.New(text)))
		return
	}
	e.info.UpdatedAt = time.Now().UnixNano()
	e.reportLocked()
}

func (e *egress) failStreams(text string) {
	for _, s := range e.job.outputs.streams {
		e.streamFailed(s, text)
	}
	e.fail(psrpc.NewErrorf(psrpc.Unavailable, "%s", text))
}

// finish reports the final state.
func (e *egress) finish() {
	e.mu.Lock()
	e.over = true
	if !e.failed {
		e.endOutputsLocked()
	}
	e.mu.Unlock()
	e.stopMedia()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.storeSegmentsLocked()
	switch e.info.Status {
	case livekit.EgressStatus_EGRESS_STARTING:
		e.info.SetAborted(livekit.MsgStoppedBeforeStarted)
	case livekit.EgressStatus_EGRESS_ACTIVE, livekit.EgressStatus_EGRESS_ENDING:
		e.info.SetComplete()
		e.job.outputs.stored(e.info)
	case livekit.EgressStatus_EGRESS_LIMIT_REACHED:
		e.job.outputs.stored(e.info)
	}
	e.reportLocked()
	log.Printf("%s ended: %s", e.info.EgressId, e.info.Status)
}

func (e *egress) endOutputsLocked() {
	status := livekit.StreamInfo_FINISHED
	if e.info.Status == livekit.EgressStatus_EGRESS_FAILED {
		status = livekit.StreamInfo_FAILED
	}
	e.job.outputs.ended(status)
}

func (e *egress) reportLocked() {
	e.worker.report(e.snapshotLocked())
}

func (e *egress) snapshotLocked() *livekit.EgressInfo {
	return proto.Clone(e.info).(*livekit.EgressInfo)
}
