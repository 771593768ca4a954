// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"sync"
)

// sender is one gst-launch that sends the encoder's media to one URL.
type sender struct {
	cmd   *exec.Cmd
	queue chan []byte
	once  sync.Once
	quit  chan struct{}
}

// newSender dials the URL; failed is called once, with GStreamer's words, when
// the receiver is not there or goes away. (No -q: it would also hide warnings.)
func newSender(url string, failed func(text string)) (*sender, error) {
	s := &sender{
		cmd: exec.Command("gst-launch-1.0", "fdsrc", "fd=0", fmt.Sprintf("blocksize=%d", messageSize),
			"!", "srtsink", "name=sink", "sync=false", "wait-for-connection=false", "uri="+quoted(url)),
		queue: make(chan []byte, 4096),
		quit:  make(chan struct{}),
	}
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := s.cmd.StdoutPipe() // warnings go there, errors to the other
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go s.feed(in)
	go s.watch(said, failed)
	return s, nil
}

// offer never blocks: a receiver that does not keep up loses media.
func (s *sender) offer(message []byte) {
	select {
	case s.queue <- message:
	default:
	}
}

func (s *sender) feed(in io.WriteCloser) {
	defer in.Close()
	for {
		select {
		case message := <-s.queue:
			if _, err := in.Write(message); err != nil {
				return
			}
		case <-s.quit:
			return
		}
	}
}

// watch reads what gst-launch says. A warning of the sink is the end of the
// stream too, as it is for the real worker.
func (s *sender) watch(said io.Reader, failed func(text string)) {
	text := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if message, is := problem(lines.Text()); is && text == "" {
			text = message
			s.cmd.Process.Kill()
		}
	}
	s.cmd.Wait()
	select {
	case <-s.quit:
	default:
		if text == "" {
			text = "the sender ended"
		}
		failed(text)
	}
}

func (s *sender) close() {
	s.once.Do(func() { close(s.quit) })
	s.cmd.Process.Kill()
}
