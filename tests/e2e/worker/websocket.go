// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A frame is 10 ms of 48 kHz, 16 bit stereo, the size of a message.
const frameSize = 480 * 2 * 2

const writeTimeout = 10 * time.Second

type websocketMessage struct {
	kind int
	data []byte
}

// websocketSender sends raw audio, and says when the track is muted.
type websocketSender struct {
	conn  *websocket.Conn
	queue chan websocketMessage
	once  sync.Once
	gone  chan struct{}
	quit  context.Context
	abort context.CancelFunc
}

func newWebsocketSender(address string, events senderEvents) (*websocketSender, error) {
	dialer := *websocket.DefaultDialer
	if u, err := url.Parse(address); err == nil && isLoopback(u.Hostname()) {
		dialer.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // a certificate made for a test
	}
	conn, _, err := dialer.Dial(address, http.Header{"Content-Type": {string(formatRaw)}})
	if err != nil {
		return nil, err
	}
	s := &websocketSender{conn: conn, queue: make(chan websocketMessage, 4096), gone: make(chan struct{})}
	s.quit, s.abort = context.WithCancel(context.Background())
	go events.connected()
	go s.read()
	go s.feed(events.failed)
	return s, nil
}

// read answers pings. What else the receiver says does not matter, and that it is
// gone is seen when something is written.
func (s *websocketSender) read() {
	for {
		if _, _, err := s.conn.ReadMessage(); err != nil {
			return
		}
	}
}

func (s *websocketSender) feed(failed func(error)) {
	defer close(s.gone)
	defer s.conn.Close()
	for message := range s.queue {
		s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		if err := s.conn.WriteMessage(message.kind, message.data); err != nil {
			if s.quit.Err() == nil {
				go failed(err)
			}
			return
		}
	}
	if s.quit.Err() == nil {
		s.conn.SetWriteDeadline(time.Now().Add(farewell))
		s.conn.WriteMessage(websocket.CloseMessage, nil)
	}
}

func (s *websocketSender) send(kind int, data []byte) {
	select {
	case s.queue <- websocketMessage{kind, data}:
	default:
	}
}

func (s *websocketSender) offer(frame []byte) {
	s.send(websocket.BinaryMessage, frame)
}

// mute is called as offer is: before close or kill only.
func (s *websocketSender) mute(muted bool) {
	s.send(websocket.TextMessage, fmt.Appendf(nil, `{"muted":%t}`, muted))
}

func (s *websocketSender) close() {
	s.once.Do(func() { close(s.queue) })
	time.AfterFunc(farewell, func() { s.conn.Close() })
}

func (s *websocketSender) kill() {
	s.abort()
	s.conn.UnderlyingConn().Close()
	s.close()
}

func (s *websocketSender) done() <-chan struct{} {
	return s.gone
}
