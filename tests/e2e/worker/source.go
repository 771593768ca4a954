// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/psrpc"
)

// await waits until everything that the job asks for is in the room, and
// completes the names that follow from it.
func (j *job) await(ctx context.Context, s *session) error {
	n := newNames(j.info)
	if j.identity != "" {
		if err := s.awaitParticipant(ctx, j.identity); err != nil {
			return err
		}
		n.with("{publisher_identity}", j.identity)
	}
	for id, kind := range j.tracks {
		track, publisher, err := s.awaitTrack(ctx, id)
		if err != nil {
			return err
		}
		if track.Type != kind {
			return errField(strings.ToLower(kind.String()) + "_track_id")
		}
		n.with("{publisher_identity}", publisher.Identity)
	}
	if j.anyKind != "" {
		track, publisher, err := s.awaitTrack(ctx, j.anyKind)
		if err != nil {
			return err
		}
		n.with("{publisher_identity}", publisher.Identity)
		j.settleTrack(track, n)
	}
	j.complete(n)
	return nil
}

func (s *session) awaitParticipant(ctx context.Context, identity string) error {
	for {
		found, changed := s.participant(identity)
		if found != nil {
			return nil
		}
		if !s.wait(ctx, changed) {
			return psrpc.NewErrorf(psrpc.NotFound, "participant %s not found", identity)
		}
	}
}

func (s *session) awaitTrack(ctx context.Context, id string) (*livekit.TrackInfo, *livekit.ParticipantInfo, error) {
	for {
		track, publisher, changed := s.track(id)
		if track != nil {
			return track, publisher, nil
		}
		if !s.wait(ctx, changed) {
			return nil, nil, psrpc.NewErrorf(psrpc.NotFound, "track %s not found", id)
		}
	}
}

func (s *session) wait(ctx context.Context, changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	case <-s.gone:
		return false
	case <-ctx.Done():
		return false
	}
}

// settleTrack makes the kind of a track egress that of its track.
func (j *job) settleTrack(track *livekit.TrackInfo, n names) {
	j.audio, j.video = track.Type == livekit.TrackType_AUDIO, track.Type == livekit.TrackType_VIDEO
	n.base = track.Sid
	n.with("{track_id}", track.Sid)
	n.with("{track_type}", strings.ToLower(track.Type.String()))
	n.with("{track_source}", strings.ToLower(track.Source.String()))
	if file := j.outputs.file; file != nil {
		file.format = trackFormat(track)
		file.name(n)
	}
}

// trackFormat is the file that the track's own codec goes into.
func trackFormat(track *livekit.TrackInfo) format {
	switch {
	case track.Type == livekit.TrackType_AUDIO:
		return formatOGG
	case strings.EqualFold(track.MimeType, string(codecH264)):
		return formatMP4
	}
	return formatWebM
}

// complete fills the placeholders that were unknown when the request came.
func (j *job) complete(n names) {
	if file := j.outputs.file; file != nil {
		file.name(n)
	}
	if segments := j.outputs.segments; segments != nil {
		segments.info.PlaylistName = n.fill(segments.info.PlaylistName)
		segments.info.LivePlaylistName = n.fill(segments.info.LivePlaylistName)
		segments.prefix = n.fill(segments.prefix)
	}
	for _, images := range j.outputs.images {
		images.FilenamePrefix = n.fill(images.FilenamePrefix)
	}
	j.outputs.manifestDir = n.fill(j.outputs.manifestDir)
}

// awaitEnd returns when the source is over: the participant has left, the last
// track is gone or the connection has ended.
func (j *job) awaitEnd(ctx context.Context, s *session) {
	for j.present(s) {
		_, changed := s.participant(j.identity)
		if j.present(s) && !s.wait(ctx, changed) {
			return
		}
	}
}

func (j *job) present(s *session) bool {
	if j.identity != "" {
		found, _ := s.participant(j.identity)
		return found != nil
	}
	if j.anyKind != "" {
		found, _, _ := s.track(j.anyKind)
		return found != nil
	}
	for id := range j.tracks {
		if found, _, _ := s.track(id); found != nil {
			return true
		}
	}
	return len(j.tracks) == 0
}
