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
	"sync/atomic"
)

// What carries MPEG-TS gets whole SRT messages: seven transport stream packets.
const messageSize = 7 * 188

// encoder is one gst-launch that makes a picture with the room, the identity and
// a clock, and a tone, and hands it to any number of senders: as MPEG-TS, or as the
// samples of the tone. Its sink keeps the pace, and its clock starts when the first
// packet is there. Live sources would have begun while fonts and encoders were still
// loaded, and what they made meanwhile would be sent all at once, with times that
// do not fit together with when it comes.
type encoder struct {
	cmd   *exec.Cmd
	chunk int           // size of what the senders get
	first chan struct{} // closed when media has begun to flow
	died  chan error    // one error when it ends without having been closed
	ended chan struct{} // closed when it has ended

	stalled atomic.Bool // nothing is sent
	silent  atomic.Bool // the samples are zero

	mu      sync.Mutex
	closed  bool
	senders map[sender]struct{}
}

func encoderPipeline(j *job) []string {
	enc := j.encoding
	const (
		tone = "audiotestsrc volume=0.2 "
		sink = "fdsink fd=1 sync=true"
		// What is made is not much ahead of what is sent, as the picture shows the time.
		queue = "queue max-size-buffers=2"
	)
	if j.outputs.streamFormat == formatRaw {
		return strings.Fields(tone + "samplesperbuffer=480 ! audio/x-raw,format=S16LE,rate=48000,channels=2 ! " + sink)
	}
	var args []string
	if j.video {
		label := strings.TrimSpace(j.info.RoomName + " " + j.identity)
		args = append(args, "videotestsrc", "pattern=ball",
			"!", fmt.Sprintf("video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1", enc.width, enc.height, enc.framerate),
			"!", "textoverlay", "valignment=top", "text="+quoted(html.EscapeString(label)),
			"!", "clockoverlay", "valignment=bottom",
			"!", "x264enc", "tune=zerolatency", "speed-preset=ultrafast", fmt.Sprintf("bitrate=%d", enc.videoKbps),
			fmt.Sprintf("key-int-max=%d", max(1, int(enc.keyframeSeconds*float64(enc.framerate)))),
			"!", "h264parse", "config-interval=-1", "!")
		args = append(args, strings.Fields(queue+" ! mux.")...)
	}
	if j.audio {
		args = append(args, strings.Fields(tone)...)
		args = append(args, "!", fmt.Sprintf("audio/x-raw,rate=%d,channels=2", enc.audioHz),
			"!", "audioconvert", "!", "avenc_aac", fmt.Sprintf("bitrate=%d", enc.audioKbps*1000),
			"!", "aacparse", "!")
		args = append(args, strings.Fields(queue+" ! mux.")...)
	}
	return append(args, strings.Fields("mpegtsmux name=mux alignment=7 ! "+sink)...)
}

func newEncoder(j *job) *encoder {
	e := &encoder{
		cmd:     exec.Command("gst-launch-1.0", append([]string{"-q"}, encoderPipeline(j)...)...),
		chunk:   messageSize,
		first:   make(chan struct{}),
		died:    make(chan error, 1),
		ended:   make(chan struct{}),
		senders: map[sender]struct{}{},
	}
	if j.outputs.streamFormat == formatRaw {
		e.chunk = frameSize
	}
	return e
}

// start begins to make media, which the senders get that are there.
func (e *encoder) start() error {
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	problems := &lastProblem{}
	e.cmd.Stderr = problems
	if err := e.cmd.Start(); err != nil {
		return err
	}
	go e.pump(out, problems)
	return nil
}

func (e *encoder) pump(out io.Reader, problems *lastProblem) {
	defer close(e.ended)
	in := bufio.NewReaderSize(out, 64*messageSize)
	for flowing := false; ; flowing = true {
		chunk := make([]byte, e.chunk)
		n, err := io.ReadFull(in, chunk)
		if n > 0 {
			e.hand(chunk[:n])
		}
		if err != nil {
			break
		}
		if !flowing {
			close(e.first)
		}
	}
	e.cmd.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.died <- errors.New("the test picture ended: " + problems.String())
	}
}

func (e *encoder) hand(chunk []byte) {
	if e.stalled.Load() {
		return
	}
	if e.silent.Load() {
		clear(chunk)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for s := range e.senders {
		s.offer(chunk)
	}
}

func (e *encoder) attach(s sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.senders[s] = struct{}{}
}

func (e *encoder) detach(s sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.senders, s)
}

// close returns when the senders have all that they will get.
func (e *encoder) close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	if e.cmd.Process != nil {
		e.cmd.Process.Kill()
		<-e.ended
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.senders)
}

// lastProblem keeps the first error line that a child writes.
type lastProblem struct {
	mu   sync.Mutex
	text string
}

func (p *lastProblem) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range strings.Split(string(data), "\n") {
		if text, is := problem(line); is && p.text == "" {
			p.text = text
		}
	}
	return len(data), nil
}

func (p *lastProblem) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}
