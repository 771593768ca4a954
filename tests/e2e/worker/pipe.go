// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// pipe is one gst-launch that reads the encoder's media from its standard input.
type pipe struct {
	cmd   *exec.Cmd
	queue chan []byte
	once  sync.Once
	ended atomic.Bool   // by close or kill
	gone  chan struct{} // closed when the child has ended
}

// newPipe starts the elements behind "fdsrc". said gets each line that they say,
// and broke the reason when they end by themselves, before done; it must not wait.
func newPipe(elements []string, said func(line string), broke func(text string), env ...string) (*pipe, error) {
	p := &pipe{
		// No -q, which would also hide warnings.
		cmd: exec.Command("gst-launch-1.0",
			append([]string{"-m", "fdsrc", "fd=0", fmt.Sprintf("blocksize=%d", messageSize), "!"}, elements...)...),
		queue: make(chan []byte, 4096),
		gone:  make(chan struct{}),
	}
	p.cmd.Env = append(os.Environ(), env...)
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe() // warnings go there, errors to the other
	if err != nil {
		return nil, err
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go p.feed(in)
	go p.watch(out, said, broke)
	return p, nil
}

func (p *pipe) feed(in io.WriteCloser) {
	defer in.Close()
	for chunk := range p.queue {
		if _, err := in.Write(chunk); err != nil {
			return
		}
	}
}

// watch reads what gst-launch says. A warning of a sink is the end of its stream
// too, as it is for the real worker.
func (p *pipe) watch(out io.Reader, said, broke func(string)) {
	text := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found, is := problem(lines.Text()); is && text == "" {
			text = found
			p.cmd.Process.Kill()
		}
		said(lines.Text())
	}
	p.cmd.Wait()
	if text == "" {
		text = "the sender ended"
	}
	if !p.ended.Load() {
		broke(text)
	}
	close(p.gone)
}

func (p *pipe) offer(chunk []byte) {
	select {
	case p.queue <- chunk:
	default:
	}
}

func (p *pipe) close() {
	p.once.Do(func() {
		p.ended.Store(true)
		close(p.queue)
	})
	time.AfterFunc(farewell, func() { p.cmd.Process.Kill() })
}

func (p *pipe) kill() {
	p.close()
	p.cmd.Process.Kill()
}

func (p *pipe) done() <-chan struct{} {
	return p.gone
}

// quoted makes any text one value of a pipeline description.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// problem cuts the message out of "ERROR: from element /path: message".
func problem(line string) (string, bool) {
	for _, kind := range []string{"ERROR: from element ", "WARNING: from element "} {
		if rest, is := strings.CutPrefix(line, kind); is {
			_, text, _ := strings.Cut(rest, ": ")
			return text, true
		}
	}
	return "", false
}

// demuxed are the elements that take the transport stream apart and link its
// streams to the pads of the muxer, which are there before the first data. The
// sound waits for the first key frame of the picture.
func demuxed(j *job, videoPad, audioPad string) []string {
	elements := "tsdemux name=demux"
	const queue = " demux. ! queue max-size-time=0 max-size-buffers=0 ! "
	if j.video {
		elements += queue + "h264parse ! mux." + videoPad
	}
	if j.audio {
		elements += queue + "aacparse ! mux." + audioPad
	}
	return strings.Fields(elements)
}
