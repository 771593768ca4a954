// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// A sender's pipe gets whole SRT messages: seven transport stream packets.
const messageSize = 7 * 188

// encoder is one gst-launch that makes a picture with the room, the identity and
// a clock, and a tone, as MPEG-TS, and hands it to any number of senders.
type encoder struct {
	cmd   *exec.Cmd
	first chan struct{} // closed when media has begun to flow
	died  chan error    // one error when it ends without having been closed

	mu      sync.Mutex
	closed  bool
	senders map[*sender]struct{}
}

func encoderPipeline(j *job) []string {
	enc := j.encoding
	var args []string
	if j.video {
		label := strings.TrimSpace(j.info.RoomName + " " + j.identity)
		args = append(args, "videotestsrc", "is-live=true", "pattern=ball",
			"!", fmt.Sprintf("video/x-raw,width=%d,height=%d,framerate=%d/1", enc.width, enc.height, enc.framerate),
			"!", "textoverlay", "valignment=top", "text="+quoted(html.EscapeString(label)),
			"!", "clockoverlay", "valignment=bottom",
			"!", "x264enc", "tune=zerolatency", "speed-preset=ultrafast", fmt.Sprintf("bitrate=%d", enc.videoKbps),
			fmt.Sprintf("key-int-max=%d", max(1, int(enc.keyframeSeconds*float64(enc.framerate)))),
			"!", "h264parse", "config-interval=-1", "!", "queue", "!", "mux.")
	}
	if j.audio {
		args = append(args, "audiotestsrc", "is-live=true", "volume=0.2",
			"!", fmt.Sprintf("audio/x-raw,rate=%d,channels=2", enc.audioHz),
			"!", "audioconvert", "!", "avenc_aac", fmt.Sprintf("bitrate=%d", enc.audioKbps*1000),
			"!", "aacparse", "!", "queue", "!", "mux.")
	}
	return append(args, "mpegtsmux", "name=mux", "alignment=7", "!", "fdsink", "fd=1", "sync=false")
}

func newEncoder(j *job) (*encoder, error) {
	e := &encoder{
		cmd:     exec.Command("gst-launch-1.0", append([]string{"-q"}, encoderPipeline(j)...)...),
		first:   make(chan struct{}),
		died:    make(chan error, 1),
		senders: map[*sender]struct{}{},
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	problems := &lastProblem{}
	e.cmd.Stderr = problems
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	go e.pump(out, problems)
	return e, nil
}

func (e *encoder) pump(out io.Reader, problems *lastProblem) {
	in := bufio.NewReaderSize(out, 64*messageSize)
	for flowing := false; ; flowing = true {
		message := make([]byte, messageSize)
		if _, err := io.ReadFull(in, message); err != nil {
			break
		}
		if !flowing {
			close(e.first)
		}
		e.mu.Lock()
		for s := range e.senders {
			s.offer(message)
		}
		e.mu.Unlock()
	}
	e.cmd.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.died <- errors.New("the test picture ended: " + problems.String())
	}
}

func (e *encoder) attach(s *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.senders[s] = struct{}{}
}

func (e *encoder) detach(s *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.senders, s)
}

func (e *encoder) close() {
	e.mu.Lock()
	e.closed = true
	clear(e.senders)
	e.mu.Unlock()
	e.cmd.Process.Kill()
}
