// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"slices"

	"github.com/livekit/protocol/livekit"
)

type (
	format string
	codec  string
)

const (
	formatUnknown format = "" // a file whose type follows from the codecs
	formatMP4     format = "video/mp4"
	formatOGG     format = "audio/ogg"
	formatMP3     format = "audio/mpeg"
	formatHLS     format = "application/x-mpegurl"
	formatRTMP    format = "rtmp"
	formatSRT     format = "srt"
	formatRaw     format = "audio/x-raw"
	formatWebM    format = "video/webm"

	codecAAC  codec = "audio/aac"
	codecOpus codec = "audio/opus"
	codecMP3  codec = "audio/mpeg"
	codecRaw  codec = "audio/x-raw"
	codecH264 codec = "video/h264"
)

var carries = map[format][]codec{
	formatUnknown: {codecAAC, codecOpus, codecMP3, codecH264},
	formatMP4:     {codecAAC, codecOpus, codecH264},
	formatOGG:     {codecOpus},
	formatMP3:     {codecMP3, codecOpus, codecAAC, codecRaw},
	formatHLS:     {codecAAC, codecH264},
	formatRTMP:    {codecAAC, codecH264},
	formatSRT:     {codecAAC, codecH264},
	formatRaw:     {codecRaw},
}

var schemes = map[string]format{
	"rtmp": formatRTMP, "rtmps": formatRTMP, "mux": formatRTMP, "twitch": formatRTMP,
	"srt": formatSRT,
	"ws":  formatRaw, "wss": formatRaw,
}

var extensions = map[format]string{formatMP4: ".mp4", formatOGG: ".ogg", formatMP3: ".mp3", formatWebM: ".webm"}

// knownExtensions are replaced when they do not fit the file's type.
var knownExtensions = map[string]bool{
	".raw": true, ".ogg": true, ".mp3": true, ".ivf": true, ".mp4": true,
	".ts": true, ".webm": true, ".m3u8": true, ".jpeg": true,
}

func fileFormat(t livekit.EncodedFileType) format {
	switch t {
	case livekit.EncodedFileType_MP4:
		return formatMP4
	case livekit.EncodedFileType_OGG:
		return formatOGG
	case livekit.EncodedFileType_MP3:
		return formatMP3
	}
	return formatUnknown
}

// commonCodecs keeps the codecs that every format carries. wanted is the codec
// that the request or a stream output has fixed, "" if none.
func commonCodecs(formats []format, all []codec, wanted codec) ([]codec, error) {
	left := all
	if wanted != "" {
		left = []codec{wanted}
	}
	for _, f := range formats {
		var kept []codec
		for _, c := range left {
			if slices.Contains(carries[f], c) {
				kept = append(kept, c)
			}
		}
		if len(kept) == 0 && wanted != "" {
			return nil, errIncompatible(f, wanted)
		}
		if len(kept) == 0 {
			return nil, errNoCodec
		}
		left = kept
	}
	return left, nil
}

// fileTypeFor picks the type of a file whose request left it open.
func fileTypeFor(audio, video []codec) (format, error) {
	candidates := []format{formatMP4}
	if len(video) == 0 {
		candidates = []format{formatOGG, formatMP4, formatMP3}
	}
	for _, f := range candidates {
		if fits(f, audio) && fits(f, video) {
			return f, nil
		}
	}
	return formatUnknown, errNoFileType
}

func fits(f format, wanted []codec) bool {
	for _, c := range wanted {
		if slices.Contains(carries[f], c) {
			return true
		}
	}
	return len(wanted) == 0
}
