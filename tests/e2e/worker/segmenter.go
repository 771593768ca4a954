// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
)

const (
	playlistType = "application/x-mpegurl"
	segmentType  = "video/mp2t"
	manifestType = "application/json"
	liveWindow   = 5
)

// segmentsOutput is an output of HLS segments, as its request says it.
type segmentsOutput struct {
	info            *livekit.SegmentsInfo
	prefix          string // of the segments, beside the playlists
	duration        time.Duration
	storage         *livekit.StorageConfig
	disableManifest bool
}

type segment struct {
	Name     string `json:"filename"`
	Location string `json:"location"`
}

// segmenter cuts the transport stream into files at key frames, and keeps the
// playlists: each segment is stored first, then the playlists that name it.
type segmenter struct {
	*pipe
	out    *segmentsOutput
	store  store
	folder string      // where the files are written
	dir    string      // of their names
	lose   atomic.Bool // the next segment is listed, but gets no file

	opened                     map[string]time.Duration // running time at which a file began
	began                      time.Time                // of the first
	full, live                 playlist
	fullLocation, liveLocation string
	segments                   []segment
	size                       int64
	err                        error
}

func newSegmenter(out *segmentsOutput, store store, j *job, failed func(err error)) (*segmenter, error) {
	dir := path.Dir(out.info.PlaylistName)
	folder, err := store.folder(dir)
	if err != nil {
		return nil, err
	}
	seconds := int(out.duration.Seconds())
	s := &segmenter{
		out: out, store: store, folder: folder, dir: dir, opened: map[string]time.Duration{},
		full: playlist{target: seconds}, live: playlist{target: seconds, window: liveWindow},
	}
	elements := append(demuxed(j, "video", "audio_0"), "splitmuxsink", "name=mux", "muxer=mpegtsmux",
		fmt.Sprintf("max-size-time=%d", out.duration.Nanoseconds()),
		"location="+quoted(filepath.Join(folder, out.prefix+"_%05d.ts")))
	s.pipe, err = newPipe(elements, func(line string) {
		if s.err == nil {
			if s.err = s.heard(line); s.err != nil {
				go failed(s.err)
			}
		}
	}, func(text string) { go failed(errors.New(text)) })
	return s, err
}

var fragment = regexp.MustCompile(
	`splitmuxsink-fragment-(opened|closed),.* location=\(string\)"?([^",;]+)"?,.* running-time=\(guint64\)(\d+)`)

func (s *segmenter) heard(line string) error {
	found := fragment.FindStringSubmatch(line)
	if found == nil {
		return nil
	}
	nanoseconds, err := strconv.ParseInt(found[3], 10, 64)
	if err != nil {
		return err
	}
	file, at := filepath.Base(found[2]), time.Duration(nanoseconds)
	if found[1] == "closed" {
		return s.add(file, s.opened[file], at)
	}
	if len(s.opened) == 0 {
		s.began = time.Now().Add(-at)
	}
	s.opened[file] = at
	return nil
}

func (s *segmenter) add(file string, from, to time.Duration) error {
	local, name := filepath.Join(s.folder, file), path.Join(s.dir, file)
	if s.lose.CompareAndSwap(true, false) {
		os.Remove(local)
	} else {
		about, err := os.Stat(local)
		if err != nil {
			return err
		}
		location, err := s.store.upload(local, name, segmentType)
		if err != nil {
			return err
		}
		s.segments = append(s.segments, segment{name, location})
		s.size += about.Size()
	}
	for _, list := range []*playlist{&s.full, &s.live} {
		list.add(s.began.Add(from), to-from, file)
	}
	return s.storePlaylists()
}

func (s *segmenter) storePlaylists() error {
	var err error
	if s.fullLocation, err = s.put(s.out.info.PlaylistName, s.full.text(), playlistType); err != nil {
		return err
	}
	if s.out.info.LivePlaylistName == "" {
		return nil
	}
	s.liveLocation, err = s.put(s.out.info.LivePlaylistName, s.live.text(), playlistType)
	return err
}

func (s *segmenter) put(name string, data []byte, mimeType string) (string, error) {
	local := filepath.Join(s.folder, path.Base(name))
	if err := os.WriteFile(local, data, 0o644); err != nil {
		return "", err
	}
	return s.store.upload(local, name, mimeType)
}

// finish ends the playlists, when the pipe is done, and fills in the results.
func (s *segmenter) finish(info *livekit.EgressInfo, publisher string) error {
	defer s.store.clean()
	s.full.over, s.live.over = true, true
	if s.err == nil {
		s.err = s.storePlaylists()
	}
	results := s.out.info
	results.SegmentCount, results.Size = int64(len(s.segments)), s.size
	if s.err != nil {
		return s.err
	}
	results.PlaylistLocation, results.LivePlaylistLocation = s.fullLocation, s.liveLocation
	if s.out.disableManifest {
		return nil
	}
	manifest, err := json.Marshal(map[string]any{
		"egress_id": info.EgressId, "room_id": info.RoomId, "room_name": info.RoomName,
		"started_at": info.StartedAt, "ended_at": time.Now().UnixNano(), "publisher_identity": publisher,
		"playlists": []any{map[string]any{"location": s.fullLocation, "segments": s.segments}},
	})
	if err != nil {
		return err
	}
	info.ManifestLocation, err = s.put(path.Join(s.dir, info.EgressId+".json"), manifest, manifestType)
	return err
}
