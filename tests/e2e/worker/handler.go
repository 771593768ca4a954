// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/psrpc"
)

// awaitBuilt holds an RPC back until the source is there, however long the
// caller waits: so does the real worker.
func (e *egress) awaitBuilt() error {
	select {
	case <-e.built:
	case <-e.ctx.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed || e.ctx.Err() != nil {
		return errUnknownEgress
	}
	return nil
}

// StopEgress ends the job.
func (e *egress) StopEgress(context.Context, *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	if err := e.awaitBuilt(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.endLocked(livekit.EndReasonAPI)
	return e.snapshotLocked(), nil
}

// UpdateStream adds URLs, then removes URLs. What went well stays done when
// another part of the request fails.
func (e *egress) UpdateStream(_ context.Context, req *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	if err := e.awaitBuilt(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if f := e.job.outputs.streamFormat; f == "" || f == formatRaw {
		return nil, errNotStreaming
	}
	var errs []error
	for _, raw := range req.AddOutputUrls {
		if err := e.addStreamLocked(raw); err != nil {
			errs = append(errs, err)
		}
	}
	for _, raw := range req.RemoveOutputUrls {
		if err := e.removeStreamLocked(raw); err != nil {
			errs = append(errs, err)
		}
	}
	e.info.UpdatedAt = time.Now().UnixNano()
	e.reportLocked()
	if err := joinErrors(errs); err != nil {
		return nil, err
	}
	return e.snapshotLocked(), nil
}

func (e *egress) addStreamLocked(raw string) error {
	s, err := newStream(e.job.outputs.streamFormat, raw)
	if err != nil {
		return err
	}
	e.job.outputs.streams = append(e.job.outputs.streams, s)
	e.info.StreamResults = append(e.info.StreamResults, s.info)
	if list := e.info.GetStream(); list != nil {
		list.Info = append(list.Info, s.info)
	}
	return e.dialLocked(s)
}

func (e *egress) removeStreamLocked(raw string) error {
	for _, s := range e.job.outputs.streams {
		if s.url == raw && s.running() {
			e.dropLocked(s, livekit.StreamInfo_FINISHED, "")
			if e.job.outputs.running() == 0 {
				e.endLocked(livekit.EndReasonStreamsStopped)
			}
			return nil
		}
	}
	return errStreamNotFound(raw)
}

// UpdateEgress is not offered by the server that this worker stands behind.
func (e *egress) UpdateEgress(context.Context, *livekit.UpdateEgressRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "UpdateEgress is not supported")
}
