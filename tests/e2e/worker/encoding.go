// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import "github.com/livekit/protocol/livekit"

// encoding is how the test media is encoded.
type encoding struct {
	width, height, framerate int32
	videoKbps, audioKbps     int32
	audioHz                  int32
	keyframeSeconds          float64
	audioCodec, videoCodec   codec // "" where the outputs decide
}

var presets = map[livekit.EncodingOptionsPreset]encoding{
	livekit.EncodingOptionsPreset_H264_720P_30:           {width: 1280, height: 720, framerate: 30, videoKbps: 3000},
	livekit.EncodingOptionsPreset_H264_720P_60:           {width: 1280, height: 720, framerate: 60, videoKbps: 4500},
	livekit.EncodingOptionsPreset_H264_1080P_30:          {width: 1920, height: 1080, framerate: 30, videoKbps: 4500},
	livekit.EncodingOptionsPreset_H264_1080P_60:          {width: 1920, height: 1080, framerate: 60, videoKbps: 6000},
	livekit.EncodingOptionsPreset_PORTRAIT_H264_720P_30:  {width: 720, height: 1280, framerate: 30, videoKbps: 3000},
	livekit.EncodingOptionsPreset_PORTRAIT_H264_720P_60:  {width: 720, height: 1280, framerate: 60, videoKbps: 4500},
	livekit.EncodingOptionsPreset_PORTRAIT_H264_1080P_30: {width: 1080, height: 1920, framerate: 30, videoKbps: 4500},
	livekit.EncodingOptionsPreset_PORTRAIT_H264_1080P_60: {width: 1080, height: 1920, framerate: 60, videoKbps: 6000},
}

var audioCodecs = map[livekit.AudioCodec]codec{
	livekit.AudioCodec_OPUS: codecOpus, livekit.AudioCodec_AAC: codecAAC, livekit.AudioCodec_AC_MP3: codecMP3,
}

var videoCodecs = map[livekit.VideoCodec]codec{
	livekit.VideoCodec_H264_BASELINE: codecH264, livekit.VideoCodec_H264_MAIN: codecH264, livekit.VideoCodec_H264_HIGH: codecH264,
}

// encodingRequest is what all requests but the track egress have.
type encodingRequest interface {
	GetPreset() livekit.EncodingOptionsPreset
	GetAdvanced() *livekit.EncodingOptions
}

func newEncoding(req encodingRequest) (encoding, error) {
	enc := presets[livekit.EncodingOptionsPreset_H264_720P_30]
	if preset, known := presets[req.GetPreset()]; known {
		enc = preset
	}
	enc.audioKbps, enc.audioHz, enc.keyframeSeconds = 128, 44100, 1

	options := req.GetAdvanced()
	if options == nil {
		return enc, nil
	}
	if tooOddOrSmall(options.Width) {
		return enc, errField("width")
	}
	if tooOddOrSmall(options.Height) {
		return enc, errField("height")
	}
	switch options.Depth {
	case 0, 8, 16, 24:
	default:
		return enc, errField("depth")
	}
	enc.audioCodec = audioCodecs[options.AudioCodec]
	enc.videoCodec = videoCodecs[options.VideoCodec]
	override(&enc.width, options.Width)
	override(&enc.height, options.Height)
	override(&enc.framerate, options.Framerate)
	override(&enc.videoKbps, options.VideoBitrate)
	override(&enc.audioKbps, options.AudioBitrate)
	override(&enc.audioHz, options.AudioFrequency)
	override(&enc.keyframeSeconds, options.KeyFrameInterval)
	return enc, nil
}

func tooOddOrSmall(size int32) bool {
	return size > 0 && (size < 16 || size%2 == 1)
}

func override[T int32 | float64](field *T, value T) {
	if value > 0 {
		*field = value
	}
}
