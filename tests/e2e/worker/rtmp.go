// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"errors"
	"log"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"
)

const retryInterval = 500 * time.Millisecond

// rtmpSender publishes to the URL. A server that has taken it once is tried again
// and again when it goes away, and the stream stays ACTIVE meanwhile.
type rtmpSender struct {
	elements []string
	events   senderEvents
	gone     chan struct{}

	mu    sync.Mutex
	pipe  *pipe // the present connection, nil between two
	ended chan struct{}
	once  sync.Once
}

func newRTMPSender(address string, j *job, events senderEvents) *rtmpSender {
	address, _, _ = strings.Cut(address, " ") // what may follow is for librtmp
	sink := []string{"flvmux", "name=mux", "streamable=true", "!", "rtmp2sink", "sync=false", "async=false",
		"async-connect=false", "location=" + quoted(address)}
	if u, err := url.Parse(address); err == nil && isLoopback(u.Hostname()) {
		sink = append(sink, "tls-validation-flags=0") // a certificate made for a test
	}
	s := &rtmpSender{
		elements: append(demuxed(j, "video", "audio"), sink...), events: events,
		gone: make(chan struct{}), ended: make(chan struct{}),
	}
	go s.run()
	return s
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *rtmpSender) run() {
	defer close(s.gone)
	for tries := 0; ; tries++ {
		published, problem := false, ""
		p, err := newPipe(s.elements, func(line string) {
			if !published && strings.Contains(line, "publish success") {
				published = true
				go s.events.connected()
			}
		}, func(text string) { problem = text }, "GST_DEBUG=rtmpclient:4", "GST_DEBUG_NO_COLOR=1")
		if err != nil {
			go s.events.failed(err)
			return
		}
		if !s.use(p) {
			return
		}
		<-p.done()
		select {
		case <-s.ended:
			return
		default:
		}
		s.use(nil)
		if tries == 0 && !published {
			go s.events.failed(errors.New(problem))
			return
		}
		select {
		case <-s.ended:
			return
		case <-time.After(retryInterval):
		}
		log.Printf("RTMP connection ended (%s), trying again", problem)
		go s.events.retries()
	}
}

// use makes a connection the present one. One that comes too late is closed.
func (s *rtmpSender) use(p *pipe) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pipe = p
	select {
	case <-s.ended:
		if p != nil {
			p.kill()
		}
		return false
	default:
		return true
	}
}

func (s *rtmpSender) offer(chunk []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipe != nil {
		s.pipe.offer(chunk)
	}
}

// cut breaks off the present connection only.
func (s *rtmpSender) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipe != nil {
		s.pipe.kill()
		s.pipe = nil // offered media is lost until the next
	}
}

func (s *rtmpSender) close() {
	s.end((*pipe).close)
}

func (s *rtmpSender) kill() {
	s.end((*pipe).kill)
}

func (s *rtmpSender) end(how func(*pipe)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once.Do(func() { close(s.ended) })
	if s.pipe != nil {
		how(s.pipe)
	}
}

func (s *rtmpSender) done() <-chan struct{} {
	return s.gone
}
