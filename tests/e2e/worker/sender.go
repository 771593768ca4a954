// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"time"

	"github.com/livekit/psrpc"
)

// farewell is how long a receiver may take for what is left when it ends.
const farewell = 3 * time.Second

// sender takes the encoder's media to one place. Only the encoder calls offer,
// and not after close or kill.
type sender interface {
	// offer never blocks: a receiver that does not keep up loses media.
	offer(chunk []byte)
	// close sends what is left and says goodbye; done is closed when that is over.
	close()
	// kill breaks off.
	kill()
	done() <-chan struct{}
}

// senderEvents is what a sender tells, each from a goroutine of its own.
type senderEvents struct {
	connected func()
	retries   func()
	failed    func(err error)
}

func newSender(f format, url string, j *job, events senderEvents) (sender, error) {
	switch f {
	case formatSRT:
		return newSRTSender(url, events)
	case formatRTMP:
		return newRTMPSender(url, j, events), nil
	case formatRaw:
		return newWebsocketSender(url, events)
	}
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "the stand-in worker sends no %s media", f)
}
