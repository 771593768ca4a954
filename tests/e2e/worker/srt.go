// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"errors"
	"net/url"
	"os"
	"strings"
)

// srtSender dials the URL, or listens there if it says mode=listener. It never
// tries again: a receiver that is not there or goes away is its end. What it is
// offered before it can send is lost, as it would come all at once.
type srtSender struct {
	*pipe
	ready chan struct{} // closed when it can send
}

func newSRTSender(address string, events senderEvents) (sender, error) {
	elements := []string{"srtsink", "sync=false", "async=false", "wait-for-connection=false", "uri=" + quoted(address)}
	s := srtSender{ready: make(chan struct{})}
	said := func(line string) {
		if strings.HasPrefix(line, "Setting pipeline to PLAYING") {
			close(s.ready)
		}
	}
	var err error
	s.pipe, err = newPipe(elements, said, func(text string) { go events.failed(errors.New(text)) })
	if err != nil {
		return nil, err
	}
	go events.connected()
	return s, nil
}

// structured is the address with its stream id as SRT's access control writes one.
func structured(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	query.Set("streamid", "#!::u=worker,r="+query.Get("streamid")+",m=publish")
	u.RawQuery = query.Encode()
	return u.String()
}

func (s srtSender) offer(chunk []byte) {
	select {
	case <-s.ready:
		s.pipe.offer(chunk)
	default:
	}
}

// kill tells the receiver, which would take nobody else for five seconds if the
// connection just fell silent.
func (s srtSender) kill() {
	s.pipe.close()
	s.cmd.Process.Signal(os.Interrupt)
}
