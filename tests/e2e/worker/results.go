// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"path"
	"time"

	"github.com/livekit/protocol/livekit"
)

// running counts the outputs that media still goes to.
func (o *outputs) running() int {
	n := len(o.images)
	if o.file != nil {
		n++
	}
	if o.segments != nil {
		n++
	}
	for _, s := range o.streams {
		if s.running() {
			n++
		}
	}
	return n
}

// started notes when the media began.
func (o *outputs) started(at int64) {
	if o.file != nil {
		o.file.info.StartedAt = at
	}
	if o.segments != nil {
		o.segments.info.StartedAt = at
	}
	for _, images := range o.images {
		images.StartedAt = at
	}
	for _, s := range o.streams {
		if s.running() {
			s.info.StartedAt = at
		}
	}
}

// ended notes the end of every output that has none yet.
func (o *outputs) ended(status livekit.StreamInfo_Status) {
	for _, s := range o.streams {
		if s.running() {
			s.ended(status, s.info.Error)
		}
	}
	now := time.Now().UnixNano()
	if o.file != nil {
		finish(&o.file.info.EndedAt, &o.file.info.Duration, o.file.info.StartedAt, now)
	}
	if o.segments != nil {
		finish(&o.segments.info.EndedAt, &o.segments.info.Duration, o.segments.info.StartedAt, now)
	}
	for _, images := range o.images {
		finish(&images.EndedAt, new(int64), images.StartedAt, now)
	}
}

func finish(endedAt, duration *int64, startedAt, now int64) {
	if startedAt > 0 && *endedAt == 0 {
		*endedAt, *duration = now, now-startedAt
	}
}

// stored notes where the results are that nothing was written of.
func (o *outputs) stored(info *livekit.EgressInfo) {
	if o.file != nil {
		o.file.info.Location = o.file.info.Filename
	}
	if o.manifest && info.ManifestLocation == "" {
		info.ManifestLocation = path.Join(o.manifestDir, info.EgressId+".json")
	}
}
