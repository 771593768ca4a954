// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/utils"
	"github.com/livekit/psrpc"
)

var rtmpURL = regexp.MustCompile(`^(rtmps?://)(.*/)(.*/)(\S*)( live=1)?$`)

// stream is one URL that media is sent to.
type stream struct {
	url     string
	info    *livekit.StreamInfo
	sender  sender        // nil while it does not run
	settled chan struct{} // closed when it was connected or has failed
}

func newStream(f format, raw string) (*stream, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errURL(raw, err.Error())
	}
	if schemes[u.Scheme] != f {
		return nil, errURL(raw, "invalid scheme")
	}
	s := &stream{url: raw, info: &livekit.StreamInfo{Url: raw}, settled: make(chan struct{})}
	if f == formatRTMP {
		if u.Scheme == "mux" {
			s.url = "rtmps://global-live.mux.com:443/app/" + u.Host
		}
		if !rtmpURL.MatchString(s.url) {
			return nil, errURL(raw, "rtmp urls must be of format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)")
		}
		s.info.Url, _ = utils.RedactStreamKey(s.url)
		return s, nil
	}
	s.info.StartedAt = time.Now().UnixNano()
	return s, nil
}

// settle is called with the lock of its egress.
func (s *stream) settle() {
	select {
	case <-s.settled:
	default:
		close(s.settled)
	}
}

// hideKey redacts the address in what a sender says.
func (s *stream) hideKey(text string) string {
	return strings.ReplaceAll(text, s.url, s.info.Url)
}

func (s *stream) running() bool {
	return s.info.EndedAt == 0
}

func (s *stream) ended(status livekit.StreamInfo_Status, text string) {
	s.info.Status, s.info.Error = status, text
	s.info.EndedAt = time.Now().UnixNano()
	if s.info.StartedAt == 0 {
		s.info.StartedAt = s.info.EndedAt
	}
	s.info.Duration = s.info.EndedAt - s.info.StartedAt
}

func errStreamNotFound(raw string) error {
	return psrpc.NewErrorf(psrpc.NotFound, "stream %s not found", raw)
}
