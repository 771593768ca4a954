// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
)

// names fills the {placeholders} of file names.
type names struct {
	base   string // the name of a file whose request gives none
	time   string
	values []string // pairs for strings.NewReplacer
}

func newNames(info *livekit.EgressInfo) names {
	now := time.Now()
	n := names{base: "web", time: now.Format("2006-01-02T150405")}
	n.with("{time}", n.time)
	n.with("{utc}", fmt.Sprintf("%s%03d", now.Format("20060102150405"), now.UnixMilli()%1000))
	if info.RetryCount > 0 {
		n.with("{retry}", fmt.Sprint(info.RetryCount))
	}
	if info.RoomName != "" {
		n.base = info.RoomName
		n.with("{room_name}", info.RoomName)
		n.with("{room_id}", info.RoomId)
	}
	return n
}

func (n *names) with(placeholder, value string) {
	n.values = append(n.values, placeholder, value)
}

func (n names) fill(text string) string {
	return strings.NewReplacer(n.values...).Replace(text)
}

func (n names) generated() string {
	return n.base + "-" + n.time
}

// fileOutput is one file. Its name is final once the type is known, and for some
// sources once the tracks are.
type fileOutput struct {
	format format
	path   string
	info   *livekit.FileInfo
}

func newFileOutput(n names, f format, filepath string) *fileOutput {
	file := &fileOutput{format: f, path: n.fill(cleanPath(filepath)), info: &livekit.FileInfo{}}
	if f != formatUnknown {
		file.name(n)
	}
	return file
}

func (f *fileOutput) name(n names) {
	f.path = n.fill(f.path)
	ext := extensions[f.format]
	if f.path == "" || strings.HasSuffix(f.path, "/") {
		f.path += n.generated() + ext
	} else if !strings.HasSuffix(f.path, ext) {
		if old := path.Ext(f.path); knownExtensions[old] {
			f.path = strings.TrimSuffix(f.path, old)
		}
		f.path += ext
	}
	f.info.Filename = f.path
}

func newSegments(n names, req *livekit.SegmentedFileOutput, storage *livekit.StorageConfig) (*segmentsOutput, error) {
	dir, playlist := path.Split(n.fill(cleanPath(req.PlaylistName)))
	liveDir, live := path.Split(n.fill(cleanPath(req.LivePlaylistName)))
	prefixDir, prefix := path.Split(n.fill(cleanPath(req.FilenamePrefix)))
	if liveDir != "" && liveDir != dir {
		return nil, errField("live_playlist_name must be in same directory as playlist_name")
	}
	if dir == "" {
		dir = prefixDir
	}
	playlist, live = withoutExtension(playlist), withoutExtension(live)
	if playlist == "" {
		playlist = prefix
	}
	if playlist == "" {
		playlist = n.generated()
	}
	if playlist == live {
		return nil, errField("live_playlist_name cannot be identical to playlist_name")
	}
	info := &livekit.SegmentsInfo{PlaylistName: path.Join(dir, playlist+".m3u8")}
	if live != "" {
		info.LivePlaylistName = path.Join(dir, live+".m3u8")
	}
	if prefix == "" {
		prefix = playlist
	}
	seconds := req.SegmentDuration
	if seconds == 0 {
		seconds = 4
	}
	return &segmentsOutput{
		info: info, prefix: prefix, duration: time.Duration(seconds) * time.Second, storage: storage,
		disableManifest: req.DisableManifest,
	}, nil
}

func withoutExtension(name string) string {
	return strings.TrimSuffix(name, path.Ext(name))
}

// cleanPath keeps a path inside the folder it is relative to.
func cleanPath(p string) string {
	folder := strings.HasSuffix(p, "/")
	p = path.Clean(p)
	for strings.HasPrefix(p, "../") {
		p = p[len("../"):]
	}
	if p == "." || p == ".." {
		return ""
	}
	if folder && p != "/" {
		return p + "/"
	}
	return p
}

func dirOf(p string) string {
	dir, _ := path.Split(p)
	return dir
}
