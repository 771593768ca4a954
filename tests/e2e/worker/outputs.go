// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"net/url"

	lkegress "github.com/livekit/protocol/egress"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/psrpc"
)

// outputs are the results of a job, as pointers into its EgressInfo.
type outputs struct {
	file         *fileOutput
	segments     *segmentsOutput
	images       []*livekit.ImagesInfo
	streams      []*stream
	streamFormat format
	manifestDir  string // where the manifest goes
	manifest     bool
}

// unifiedOutputs writes the outputs of a v1 request in the form of v2.
func unifiedOutputs(req lkegress.EncodedOutput) ([]*livekit.Output, error) {
	files, streams, segments := req.GetFileOutputs(), req.GetStreamOutputs(), req.GetSegmentOutputs()
	if old, ok := req.(lkegress.EncodedOutputDeprecated); ok {
		files = orSingle(files, old.GetFile())
		streams = orSingle(streams, old.GetStream())
		segments = orSingle(segments, old.GetSegments())
	}
	var list []*livekit.Output
	for _, f := range files {
		list = append(list, &livekit.Output{Storage: storageOf(f), Config: &livekit.Output_File{File: &livekit.FileOutput{
			FileType: f.FileType, Filepath: f.Filepath, DisableManifest: f.DisableManifest,
		}}})
	}
	for _, s := range streams {
		if s.Protocol == livekit.StreamProtocol_WEBSOCKET && len(s.Urls) > 0 {
			return nil, errURL(s.Urls[0], "invalid scheme")
		}
		list = append(list, &livekit.Output{Config: &livekit.Output_Stream{Stream: s}})
	}
	for _, s := range segments {
		list = append(list, &livekit.Output{Storage: storageOf(s), Config: &livekit.Output_Segments{Segments: s}})
	}
	for _, i := range req.GetImageOutputs() {
		list = append(list, &livekit.Output{Storage: storageOf(i), Config: &livekit.Output_Images{Images: i}})
	}
	if len(list) == 1 && len(streams) == 1 && len(streams[0].Urls) == 0 &&
		streams[0].Protocol != livekit.StreamProtocol_DEFAULT_PROTOCOL {
		return nil, errField("stream url")
	}
	return list, nil
}

func orSingle[T any](list []*T, single *T) []*T {
	if len(list) == 0 && single != nil {
		return []*T{single}
	}
	return list
}

func storageOf(upload lkegress.UploadRequest) *livekit.StorageConfig {
	switch {
	case upload.GetS3() != nil:
		return &livekit.StorageConfig{Provider: &livekit.StorageConfig_S3{S3: upload.GetS3()}}
	case upload.GetGcp() != nil:
		return &livekit.StorageConfig{Provider: &livekit.StorageConfig_Gcp{Gcp: upload.GetGcp()}}
	case upload.GetAzure() != nil:
		return &livekit.StorageConfig{Provider: &livekit.StorageConfig_Azure{Azure: upload.GetAzure()}}
	case upload.GetAliOSS() != nil:
		return &livekit.StorageConfig{Provider: &livekit.StorageConfig_AliOSS{AliOSS: upload.GetAliOSS()}}
	}
	return nil
}

func checkStorage(config *livekit.StorageConfig) error {
	if s3 := config.GetS3(); s3.GetAssumeRoleArn() != "" && s3.GetAccessKey() == "" {
		return psrpc.NewErrorf(psrpc.PermissionDenied, "S3 upload using AssumeRole is disabled for this account")
	}
	return nil
}

// add checks the outputs of a request and fills the results into its info.
func (o *outputs) add(j *job, list []*livekit.Output, common *livekit.StorageConfig) error {
	n := newNames(j.info)
	streams := 0
	for _, out := range list {
		storage := out.Storage
		if storage == nil {
			storage = common
		}
		err := checkStorage(storage)
		if err != nil {
			return err
		}
		switch c := out.Config.(type) {
		case *livekit.Output_File:
			if o.file != nil {
				return errField("multiple file outputs")
			}
			o.file = newFileOutput(n, fileFormat(c.File.FileType), c.File.Filepath)
			o.addManifest(!c.File.DisableManifest, c.File.Filepath)
			j.info.FileResults = []*livekit.FileInfo{o.file.info}
		case *livekit.Output_Stream:
			if streams++; streams > 1 {
				return errField("multiple stream outputs")
			}
			err = o.addStreams(j, c.Stream)
		case *livekit.Output_Segments:
			if o.segments != nil {
				return errField("multiple segmented file outputs")
			}
			if o.segments, err = newSegments(n, c.Segments, storage); err == nil {
				o.addManifest(!c.Segments.DisableManifest, o.segments.info.PlaylistName)
				j.info.SegmentResults = []*livekit.SegmentsInfo{o.segments.info}
				j.encoding.keyframeSeconds = o.segments.duration.Seconds()
			}
		case *livekit.Output_Images:
			err = o.addImages(j, n, c.Images)
		default:
			err = errField("output config")
		}
		if err != nil {
			return err
		}
	}
	if o.file == nil && o.segments == nil && len(o.images) == 0 && len(o.streams) == 0 {
		return errField("output")
	}
	if o.file == nil && o.segments == nil && streams == 0 {
		j.audio = false
	}
	if len(list) == 1 {
		o.setSingleResult(j.info)
	}
	return o.settleCodecs(j, n)
}

func (o *outputs) addManifest(wanted bool, path string) {
	if wanted && !o.manifest {
		o.manifest, o.manifestDir = true, dirOf(path)
	}
}

func (o *outputs) addStreams(j *job, req *livekit.StreamOutput) error {
	switch req.Protocol {
	case livekit.StreamProtocol_DEFAULT_PROTOCOL:
		if len(req.Urls) == 0 {
			return errField("stream protocol")
		}
		u, err := url.Parse(req.Urls[0])
		if err != nil {
			return errURL(req.Urls[0], err.Error())
		}
		known := false
		if o.streamFormat, known = schemes[u.Scheme]; !known {
			return errURL(req.Urls[0], "invalid protocol")
		}
	case livekit.StreamProtocol_RTMP:
		o.streamFormat = formatRTMP
	case livekit.StreamProtocol_SRT:
		o.streamFormat = formatSRT
	case livekit.StreamProtocol_WEBSOCKET:
		o.streamFormat = formatRaw
	}
	if o.streamFormat == formatRaw && j.audio {
		j.video = false
	}
	for _, raw := range req.Urls {
		s, err := newStream(o.streamFormat, raw)
		if err != nil {
			return err
		}
		o.streams = append(o.streams, s)
		j.info.StreamResults = append(j.info.StreamResults, s.info)
	}
	if o.streamFormat == formatRaw {
		j.encoding.audioCodec = codecRaw
	} else {
		j.encoding.audioCodec, j.encoding.videoCodec = codecAAC, codecH264
	}
	return nil
}

func (o *outputs) addImages(j *job, n names, req *livekit.ImageOutput) error {
	if !j.video {
		return errField("audio_only images")
	}
	if req.ImageCodec != livekit.ImageCodec_IC_DEFAULT && req.ImageCodec != livekit.ImageCodec_IC_JPEG {
		return errNoCodec
	}
	if _, known := livekit.ImageFileSuffix_name[int32(req.FilenameSuffix)]; !known {
		return errField("filename_suffix")
	}
	info := &livekit.ImagesInfo{FilenamePrefix: n.fill(cleanPath(req.FilenamePrefix))}
	o.images = append(o.images, info)
	o.addManifest(!req.DisableManifest, info.FilenamePrefix)
	j.info.ImageResults = append(j.info.ImageResults, info)
	return nil
}

// addDirect is the output of a track egress: one file or one websocket.
func (o *outputs) addDirect(j *job, req *livekit.TrackEgressRequest) error {
	switch out := req.Output.(type) {
	case *livekit.TrackEgressRequest_File:
		if err := checkStorage(storageOf(out.File)); err != nil {
			return err
		}
		o.file = &fileOutput{path: newNames(j.info).fill(cleanPath(out.File.Filepath)), info: &livekit.FileInfo{}}
		o.addManifest(!out.File.DisableManifest, o.file.path)
		j.info.FileResults = []*livekit.FileInfo{o.file.info}
	case *livekit.TrackEgressRequest_WebsocketUrl:
		o.streamFormat = formatRaw
		s, err := newStream(formatRaw, out.WebsocketUrl)
		if err != nil {
			return err
		}
		o.streams = []*stream{s}
		j.info.StreamResults = []*livekit.StreamInfo{s.info}
	default:
		return errField("output")
	}
	o.setSingleResult(j.info)
	return nil
}

// setSingleResult also fills the result field of older clients.
func (o *outputs) setSingleResult(info *livekit.EgressInfo) {
	switch {
	case o.file != nil:
		info.Result = &livekit.EgressInfo_File{File: o.file.info}
	case len(o.streams) > 0:
		info.Result = &livekit.EgressInfo_Stream{Stream: &livekit.StreamInfoList{Info: info.StreamResults}}
	case o.segments != nil:
		info.Result = &livekit.EgressInfo_Segments{Segments: o.segments.info}
	}
}

// settleCodecs refuses outputs that have no codec in common, and picks the type
// of a file whose request left it open.
func (o *outputs) settleCodecs(j *job, n names) error {
	var formats []format
	if o.file != nil {
		formats = append(formats, o.file.format)
	}
	if o.streamFormat != "" {
		formats = append(formats, o.streamFormat)
	}
	if o.segments != nil {
		formats = append(formats, formatHLS)
	}
	var audio, video []codec
	var err error
	if j.audio {
		if audio, err = commonCodecs(formats, []codec{codecAAC, codecOpus, codecRaw, codecMP3}, j.encoding.audioCodec); err != nil {
			return err
		}
	}
	if j.video {
		if video, err = commonCodecs(formats, []codec{codecH264}, j.encoding.videoCodec); err != nil {
			return err
		}
	}
	if o.file != nil && o.file.format == formatUnknown {
		if o.file.format, err = fileTypeFor(audio, video); err != nil {
			return err
		}
		o.file.name(n)
	}
	return nil
}
