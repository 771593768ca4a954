// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"net/url"
	"time"

	lkegress "github.com/livekit/protocol/egress"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"google.golang.org/protobuf/proto"
)

// job is a checked request: what to wait for in the room and where to send what.
type job struct {
	info     *livekit.EgressInfo
	identity string                       // waited for, and the job ends when it leaves
	tracks   map[string]livekit.TrackType // waited for, by track id
	anyKind  string                       // the track id of a track egress, whose kind is free
	audio    bool
	video    bool
	encoding encoding
	outputs  outputs
}

// newJob refuses what the real worker refuses, with the same texts.
func newJob(req *rpc.StartEgressRequest) (*job, error) {
	now := time.Now().UnixNano()
	j := &job{
		info: &livekit.EgressInfo{
			EgressId: req.EgressId, RoomId: req.RoomId, RoomName: req.RoomName,
			Status: livekit.EgressStatus_EGRESS_STARTING, StartedAt: now, UpdatedAt: now,
			SourceType: livekit.EgressSourceType_EGRESS_SOURCE_TYPE_SDK,
			RetryCount: req.RetryCount,
		},
		tracks: map[string]livekit.TrackType{},
	}
	switch r := req.Request.(type) {
	case *rpc.StartEgressRequest_RoomComposite:
		shown := proto.Clone(r.RoomComposite).(*livekit.RoomCompositeEgressRequest)
		lkegress.RedactEncodedOutputs(shown)
		j.info.Request = &livekit.EgressInfo_RoomComposite{RoomComposite: shown}
		j.info.RoomName = r.RoomComposite.RoomName
		return j, firstError(j.template(r.RoomComposite), j.encodedOutputs(r.RoomComposite))

	case *rpc.StartEgressRequest_Web:
		shown := proto.Clone(r.Web).(*livekit.WebEgressRequest)
		lkegress.RedactEncodedOutputs(shown)
		j.info.Request = &livekit.EgressInfo_Web{Web: shown}
		return j, firstError(j.web(r.Web), j.encodedOutputs(r.Web))

	case *rpc.StartEgressRequest_Participant:
		shown := proto.Clone(r.Participant).(*livekit.ParticipantEgressRequest)
		lkegress.RedactEncodedOutputs(shown)
		j.info.Request = &livekit.EgressInfo_Participant{Participant: shown}
		j.info.RoomName = r.Participant.RoomName
		return j, firstError(j.participant(r.Participant.Identity), j.encodedOutputs(r.Participant))

	case *rpc.StartEgressRequest_TrackComposite:
		shown := proto.Clone(r.TrackComposite).(*livekit.TrackCompositeEgressRequest)
		lkegress.RedactEncodedOutputs(shown)
		j.info.Request = &livekit.EgressInfo_TrackComposite{TrackComposite: shown}
		j.info.RoomName = r.TrackComposite.RoomName
		return j, firstError(j.trackComposite(r.TrackComposite), j.encodedOutputs(r.TrackComposite))

	case *rpc.StartEgressRequest_Track:
		shown := proto.Clone(r.Track).(*livekit.TrackEgressRequest)
		lkegress.RedactDirectOutputs(shown)
		j.info.Request = &livekit.EgressInfo_Track{Track: shown}
		j.info.RoomName = r.Track.RoomName
		return j, j.track(r.Track)

	case *rpc.StartEgressRequest_Egress:
		shown := proto.Clone(r.Egress).(*livekit.StartEgressRequest)
		lkegress.RedactStartEgressRequest(shown)
		j.info.Request = &livekit.EgressInfo_Egress{Egress: shown}
		j.info.RoomName = r.Egress.RoomName
		return j, j.unified(r.Egress)
	}
	return nil, errField("request")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

type templateRequest interface {
	GetLayout() string
	GetAudioOnly() bool
	GetVideoOnly() bool
	GetCustomBaseUrl() string
}

// template is a room composite: a web page of the room, or the room's plain
// audio where nothing asks for the page.
func (j *job) template(req templateRequest) error {
	if !req.GetAudioOnly() || req.GetLayout() != "" || req.GetCustomBaseUrl() != "" {
		j.info.SourceType = livekit.EgressSourceType_EGRESS_SOURCE_TYPE_WEB
	}
	if base := req.GetCustomBaseUrl(); base != "" && !isHTTP(base) {
		return errField("template base url")
	}
	return j.only(req)
}

type webRequest interface {
	GetUrl() string
	GetAudioOnly() bool
	GetVideoOnly() bool
}

func (j *job) web(req webRequest) error {
	j.info.SourceType = livekit.EgressSourceType_EGRESS_SOURCE_TYPE_WEB
	if !isHTTP(req.GetUrl()) {
		return errField("web url")
	}
	return j.only(req)
}

func (j *job) only(req interface {
	GetAudioOnly() bool
	GetVideoOnly() bool
}) error {
	j.audio, j.video = !req.GetVideoOnly(), !req.GetAudioOnly()
	if !j.audio && !j.video {
		return errField("audio_only and video_only")
	}
	return nil
}

func (j *job) participant(identity string) error {
	j.identity, j.audio, j.video = identity, true, true
	if identity == "" {
		return errField("identity")
	}
	return nil
}

func (j *job) trackComposite(req *livekit.TrackCompositeEgressRequest) error {
	j.want(req.AudioTrackId, livekit.TrackType_AUDIO)
	j.want(req.VideoTrackId, livekit.TrackType_VIDEO)
	if !j.audio && !j.video {
		return errField("audio_track_id or video_track_id")
	}
	return nil
}

func (j *job) want(trackID string, kind livekit.TrackType) {
	if trackID == "" {
		return
	}
	j.tracks[trackID] = kind
	j.audio = j.audio || kind == livekit.TrackType_AUDIO
	j.video = j.video || kind == livekit.TrackType_VIDEO
}

func (j *job) track(req *livekit.TrackEgressRequest) error {
	if req.TrackId == "" {
		return errField("track_id")
	}
	j.anyKind = req.TrackId
	return j.outputs.addDirect(j, req)
}

func (j *job) encodedOutputs(req interface {
	encodingRequest
	lkegress.EncodedOutput
}) error {
	enc, err := newEncoding(req)
	if err != nil {
		return err
	}
	j.encoding = enc
	list, err := unifiedOutputs(req)
	if err != nil {
		return err
	}
	return j.outputs.add(j, list, nil)
}

func (j *job) unified(req *livekit.StartEgressRequest) error {
	enc, err := newEncoding(req)
	if err != nil {
		return err
	}
	j.encoding = enc
	switch {
	case req.GetTemplate() != nil:
		err = j.template(req.GetTemplate())
	case req.GetWeb() != nil:
		err = j.web(req.GetWeb())
	case req.GetMedia() != nil:
		err = j.media(req.GetMedia())
	default:
		err = errField("source")
	}
	if err != nil {
		return err
	}
	return j.outputs.add(j, req.Outputs, req.Storage)
}

func (j *job) media(req *livekit.MediaSource) error {
	switch video := req.Video.(type) {
	case *livekit.MediaSource_VideoTrackId:
		j.want(video.VideoTrackId, livekit.TrackType_VIDEO)
		j.video = true
	case *livekit.MediaSource_ParticipantVideo:
		j.identity, j.video = video.ParticipantVideo.Identity, true
	}
	if audio := req.Audio; audio != nil {
		j.audio = audio.CaptureAll || len(audio.Routes) > 0
		if !audio.CaptureAll {
			for _, route := range audio.Routes {
				j.want(route.GetTrackId(), livekit.TrackType_AUDIO)
			}
		}
	}
	if !j.audio && !j.video {
		return errField("audio or video")
	}
	return nil
}

func (j *job) fromWeb() bool {
	return j.info.SourceType == livekit.EgressSourceType_EGRESS_SOURCE_TYPE_WEB
}

func isHTTP(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}
