// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/psrpc"
)

const (
	faultDelay    = time.Second
	cutTime       = 500 * time.Millisecond
	faultTime     = 2 * time.Second
	retriesReport = time.Minute
)

// startMedia returns once media flows, or at once where nothing is sent.
func (e *egress) startMedia() error {
	outputs := &e.job.outputs
	if outputs.streamFormat == "" && outputs.segments == nil || e.fault == faultNoMedia {
		return nil
	}
	var err error
	enc := newEncoder(e.job)
	e.mu.Lock()
	e.encoder = enc
	for _, stream := range outputs.streams {
		if err == nil {
			err = e.dialLocked(stream)
		}
	}
	if err == nil && outputs.segments != nil {
		err = e.cutSegmentsLocked(outputs.segments)
	}
	e.mu.Unlock()
	if err != nil {
		return err
	}
	e.awaitSenders()
	if err := enc.start(); err != nil {
		return err
	}
	for _, wanted := range e.awaited() {
		select {
		case <-wanted:
		case <-e.eos:
			return nil
		case err := <-enc.died:
			return psrpc.NewError(psrpc.Internal, err)
		}
	}
	go func() {
		select {
		case err := <-enc.died:
			e.fail(psrpc.NewError(psrpc.Internal, err))
		case <-e.eos:
		}
	}()
	return nil
}

// awaitSenders returns when those that take what is live can send, so that they
// get the stream from its beginning.
func (e *egress) awaitSenders() {
	e.mu.Lock()
	var senders []srtSender
	for _, s := range e.job.outputs.streams {
		if sender, is := s.sender.(srtSender); is {
			senders = append(senders, sender)
		}
	}
	e.mu.Unlock()
	for _, s := range senders {
		select {
		case <-s.ready:
		case <-s.done():
		case <-e.eos:
		}
	}
}

// awaited is what has to happen before the egress is ACTIVE.
func (e *egress) awaited() []<-chan struct{} {
	wanted := []<-chan struct{}{e.encoder.first}
	for _, s := range e.job.outputs.streams {
		wanted = append(wanted, s.settled)
	}
	return wanted
}

func (e *egress) dialLocked(s *stream) error {
	if e.encoder == nil {
		return nil
	}
	address := s.url
	if e.fault == faultStructured {
		address = structured(address)
	}
	sender, err := newSender(e.job.outputs.streamFormat, address, e.job, senderEvents{
		connected: func() { e.streamConnected(s) },
		retries:   func() { e.streamRetries(s) },
		failed:    func(err error) { e.streamFailed(s, s.hideKey(err.Error())) },
	})
	if err != nil {
		return psrpc.NewError(psrpc.InvalidArgument, err)
	}
	s.sender = sender
	e.encoder.attach(sender)
	return nil
}

func (e *egress) streamConnected(s *stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.settle()
	if s.info.StartedAt == 0 {
		s.info.StartedAt = time.Now().UnixNano()
	}
}

func (e *egress) streamRetries(s *stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over || !s.running() {
		return
	}
	now := time.Now()
	quiet := now.Sub(time.Unix(0, s.info.LastRetryAt)) > retriesReport
	s.info.Retries++
	s.info.LastRetryAt = now.UnixNano()
	if quiet {
		e.info.UpdatedAt = now.UnixNano()
		e.reportLocked()
	}
}

func (e *egress) cutSegmentsLocked(out *segmentsOutput) error {
	store, err := newStore(out.storage, e.worker.out)
	if err != nil {
		return err
	}
	e.segmenter, err = newSegmenter(out, store, e.job, e.fail)
	if err == nil {
		e.encoder.attach(e.segmenter)
	}
	return err
}

func (e *egress) dropLocked(s *stream, status livekit.StreamInfo_Status, text string) {
	s.ended(status, text)
	s.settle()
	if s.sender != nil {
		e.encoder.detach(s.sender)
		s.sender.close()
	}
}

// stopMedia returns when the receivers have what was sent.
func (e *egress) stopMedia() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.encoder == nil {
		return
	}
	e.encoder.close()
	var senders []sender
	for _, s := range e.job.outputs.streams {
		if s.sender != nil {
			senders = append(senders, s.sender)
		}
	}
	if e.segmenter != nil {
		senders = append(senders, e.segmenter)
	}
	for _, s := range senders {
		s.close()
	}
	for _, s := range senders {
		<-s.done()
	}
}

// storeSegmentsLocked completes what the segmenter has stored so far.
func (e *egress) storeSegmentsLocked() {
	if e.segmenter == nil {
		return
	}
	if err := e.segmenter.finish(e.info, e.job.identity); err != nil {
		e.info.SetFailed(err)
	}
}

// disturb does what a fault does to the media of an egress that is ACTIVE.
func (e *egress) disturb() {
	switch e.fault {
	case faultCut:
		e.cut()
	case faultStall:
		e.encoder.stalled.Store(true)
		time.Sleep(faultTime)
		e.encoder.stalled.Store(false)
	case faultMute:
		e.setMuted(true)
		time.Sleep(faultTime)
		e.setMuted(false)
	}
}

// cut breaks off all connections. RTMP comes back by itself; the others are made
// again a moment later, which only this worker does. Of segments one is lost.
func (e *egress) cut() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.segmenter != nil {
		e.segmenter.lose.Store(true)
	}
	var broken []*stream
	for _, s := range e.job.outputs.streams {
		if s.sender == nil || !s.running() {
			continue
		}
		if r, is := s.sender.(*rtmpSender); is {
			r.cut()
			continue
		}
		e.encoder.detach(s.sender)
		s.sender.kill()
		broken = append(broken, s)
	}
	time.Sleep(cutTime)
	for _, s := range broken {
		if err := e.dialLocked(s); err != nil {
			go e.streamFailed(s, err.Error())
		}
	}
}

// setMuted makes the tone silent, and says so to those who take raw audio.
func (e *egress) setMuted(muted bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over || e.encoder == nil {
		return
	}
	e.encoder.silent.Store(muted)
	for _, s := range e.job.outputs.streams {
		if w, is := s.sender.(*websocketSender); is && s.running() {
			w.mute(muted)
		}
	}
}

// watchMute follows the track whose samples are sent.
func (e *egress) watchMute(s *session) {
	id := e.job.anyKind
	for track, kind := range e.job.tracks {
		if kind == livekit.TrackType_AUDIO {
			id = track
		}
	}
	for muted := false; ; {
		track, _, changed := s.track(id)
		if track != nil && track.Muted != muted {
			muted = track.Muted
			e.setMuted(muted)
		}
		if !s.wait(e.ctx, changed) {
			return
		}
	}
}
