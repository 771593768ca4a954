/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/* The enumerations of the protocol. Numbers are the protocol's own: a server newer than this
 * library may send others, which are passed on unchanged. */

/**
 * LkEgressStatus:
 * @LK_EGRESS_STATUS_STARTING: a worker has the job and prepares it
 * @LK_EGRESS_STATUS_ACTIVE: media flows
 * @LK_EGRESS_STATUS_ENDING: asked to end; files are finished and uploaded
 * @LK_EGRESS_STATUS_COMPLETE: ended as asked
 * @LK_EGRESS_STATUS_FAILED: ended by an error
 * @LK_EGRESS_STATUS_ABORTED: ended before it became active
 * @LK_EGRESS_STATUS_LIMIT_REACHED: ended by a duration or size limit of the server
 *
 * Where an egress is in its life. The last four are final.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_STATUS_STARTING = 0,
  LK_EGRESS_STATUS_ACTIVE = 1,
  LK_EGRESS_STATUS_ENDING = 2,
  LK_EGRESS_STATUS_COMPLETE = 3,
  LK_EGRESS_STATUS_FAILED = 4,
  LK_EGRESS_STATUS_ABORTED = 5,
  LK_EGRESS_STATUS_LIMIT_REACHED = 6,
} LkEgressStatus;

/**
 * LkEgressEndReason:
 * @LK_EGRESS_END_REASON_NONE: the server gives none; the egress may still run
 * @LK_EGRESS_END_REASON_STOP_API: somebody called StopEgress
 * @LK_EGRESS_END_REASON_KILLED: the worker was told to go away
 * @LK_EGRESS_END_REASON_SOURCE_CLOSED: the room, participant, track or page ended
 * @LK_EGRESS_END_REASON_LIMIT_REACHED: a duration or size limit of the server
 * @LK_EGRESS_END_REASON_STREAMS_STOPPED: the last stream destination was removed
 * @LK_EGRESS_END_REASON_CPU_EXHAUSTED: the worker ran out of processor time
 * @LK_EGRESS_END_REASON_FAILURE: an error, see [method@Info.get_error]
 * @LK_EGRESS_END_REASON_UNKNOWN: a reason this library has no name for, see
 *   [method@Info.get_details]
 *
 * Why an egress ended. This is read from the text in [property@Info:details].
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_END_REASON_NONE,
  LK_EGRESS_END_REASON_STOP_API,
  LK_EGRESS_END_REASON_KILLED,
  LK_EGRESS_END_REASON_SOURCE_CLOSED,
  LK_EGRESS_END_REASON_LIMIT_REACHED,
  LK_EGRESS_END_REASON_STREAMS_STOPPED,
  LK_EGRESS_END_REASON_CPU_EXHAUSTED,
  LK_EGRESS_END_REASON_FAILURE,
  LK_EGRESS_END_REASON_UNKNOWN,
} LkEgressEndReason;

/**
 * LkEgressSourceType:
 * @LK_EGRESS_SOURCE_TYPE_WEB: a page rendered by a browser
 * @LK_EGRESS_SOURCE_TYPE_SDK: tracks subscribed to directly
 *
 * How the worker gets the media.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_SOURCE_TYPE_WEB = 0,
  LK_EGRESS_SOURCE_TYPE_SDK = 1,
} LkEgressSourceType;

/**
 * LkEgressEncodingPreset:
 * @LK_EGRESS_ENCODING_PRESET_H264_720P_30: 1280x720, 30 frames per second, 3000 kb/s
 * @LK_EGRESS_ENCODING_PRESET_H264_720P_60: 1280x720, 60 frames per second, 4500 kb/s
 * @LK_EGRESS_ENCODING_PRESET_H264_1080P_30: 1920x1080, 30 frames per second, 4500 kb/s
 * @LK_EGRESS_ENCODING_PRESET_H264_1080P_60: 1920x1080, 60 frames per second, 6000 kb/s
 * @LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_30: 720x1280, 30 frames per second, 3000 kb/s
 * @LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_60: 720x1280, 60 frames per second, 4500 kb/s
 * @LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_30: 1080x1920, 30 frames per second, 4500 kb/s
 * @LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_60: 1080x1920, 60 frames per second, 6000 kb/s
 * @LK_EGRESS_ENCODING_PRESET_PASSTHROUGH: tracks are stored as they were published
 *
 * Ready-made encoder settings: H.264 main profile, key frames every 4 seconds, audio of 128 kb/s at
 * 44100 Hz.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_ENCODING_PRESET_H264_720P_30 = 0,
  LK_EGRESS_ENCODING_PRESET_H264_720P_60 = 1,
  LK_EGRESS_ENCODING_PRESET_H264_1080P_30 = 2,
  LK_EGRESS_ENCODING_PRESET_H264_1080P_60 = 3,
  LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_30 = 4,
  LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_60 = 5,
  LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_30 = 6,
  LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_60 = 7,
  LK_EGRESS_ENCODING_PRESET_PASSTHROUGH = 8,
} LkEgressEncodingPreset;

/**
 * LkEgressFileType:
 * @LK_EGRESS_FILE_TYPE_DEFAULT: chosen by the server from the codecs
 * @LK_EGRESS_FILE_TYPE_MP4: MP4 with H.264 and AAC or Opus
 * @LK_EGRESS_FILE_TYPE_OGG: Ogg with Opus, no video
 * @LK_EGRESS_FILE_TYPE_MP3: MP3, no video
 * @LK_EGRESS_FILE_TYPE_MCAP: MCAP, for data tracks
 *
 * Container of a file output.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_FILE_TYPE_DEFAULT = 0,
  LK_EGRESS_FILE_TYPE_MP4 = 1,
  LK_EGRESS_FILE_TYPE_OGG = 2,
  LK_EGRESS_FILE_TYPE_MP3 = 3,
  LK_EGRESS_FILE_TYPE_MCAP = 4,
} LkEgressFileType;

/**
 * LkEgressStreamProtocol:
 * @LK_EGRESS_STREAM_PROTOCOL_DEFAULT: taken from the scheme of the first URL
 * @LK_EGRESS_STREAM_PROTOCOL_RTMP: FLV over RTMP or RTMPS, with H.264 and AAC
 * @LK_EGRESS_STREAM_PROTOCOL_SRT: MPEG-TS over SRT, with H.264 and AAC
 * @LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET: raw audio over a websocket: 16 bit little endian, 48000 Hz
 *
 * How a stream output is sent.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_STREAM_PROTOCOL_DEFAULT = 0,
  LK_EGRESS_STREAM_PROTOCOL_RTMP = 1,
  LK_EGRESS_STREAM_PROTOCOL_SRT = 2,
  LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET = 3,
} LkEgressStreamProtocol;

/**
 * LkEgressSegmentProtocol:
 * @LK_EGRESS_SEGMENT_PROTOCOL_DEFAULT: chosen by the server: HLS
 * @LK_EGRESS_SEGMENT_PROTOCOL_HLS: HLS with MPEG-TS segments
 * @LK_EGRESS_SEGMENT_PROTOCOL_HLS_FMP4: HLS with fragmented MP4 segments; many servers refuse it
 *
 * How segments are made and listed.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_SEGMENT_PROTOCOL_DEFAULT = 0,
  LK_EGRESS_SEGMENT_PROTOCOL_HLS = 1,
  LK_EGRESS_SEGMENT_PROTOCOL_HLS_FMP4 = 2,
} LkEgressSegmentProtocol;

/**
 * LkEgressSegmentSuffix:
 * @LK_EGRESS_SEGMENT_SUFFIX_INDEX: a number that counts up from zero
 * @LK_EGRESS_SEGMENT_SUFFIX_TIMESTAMP: the time at which the segment begins
 *
 * What follows the prefix in the name of a segment.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_SEGMENT_SUFFIX_INDEX = 0,
  LK_EGRESS_SEGMENT_SUFFIX_TIMESTAMP = 1,
} LkEgressSegmentSuffix;

/**
 * LkEgressImageSuffix:
 * @LK_EGRESS_IMAGE_SUFFIX_INDEX: a number that counts up from zero
 * @LK_EGRESS_IMAGE_SUFFIX_TIMESTAMP: the time at which the picture was taken
 * @LK_EGRESS_IMAGE_SUFFIX_NONE_OVERWRITE: nothing: each picture replaces the one before
 *
 * What follows the prefix in the name of a picture.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_IMAGE_SUFFIX_INDEX = 0,
  LK_EGRESS_IMAGE_SUFFIX_TIMESTAMP = 1,
  LK_EGRESS_IMAGE_SUFFIX_NONE_OVERWRITE = 2,
} LkEgressImageSuffix;

/**
 * LkEgressStreamStatus:
 * @LK_EGRESS_STREAM_STATUS_ACTIVE: being sent, or about to be
 * @LK_EGRESS_STREAM_STATUS_FINISHED: ended as asked
 * @LK_EGRESS_STREAM_STATUS_FAILED: given up after an error
 *
 * How one stream destination is doing.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_STREAM_STATUS_ACTIVE = 0,
  LK_EGRESS_STREAM_STATUS_FINISHED = 1,
  LK_EGRESS_STREAM_STATUS_FAILED = 2,
} LkEgressStreamStatus;

/**
 * LkEgressTrackKind:
 * @LK_EGRESS_TRACK_KIND_AUTO: told by the id: video if it begins with `TR_V`, else audio
 * @LK_EGRESS_TRACK_KIND_AUDIO: audio
 * @LK_EGRESS_TRACK_KIND_VIDEO: video
 *
 * What a track that is named by its id holds.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_TRACK_KIND_AUTO,
  LK_EGRESS_TRACK_KIND_AUDIO,
  LK_EGRESS_TRACK_KIND_VIDEO,
} LkEgressTrackKind;

/**
 * LkEgressAudioChannel:
 * @LK_EGRESS_AUDIO_CHANNEL_BOTH: left and right
 * @LK_EGRESS_AUDIO_CHANNEL_LEFT: left only
 * @LK_EGRESS_AUDIO_CHANNEL_RIGHT: right only
 *
 * Where an audio route puts its sound.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_AUDIO_CHANNEL_BOTH = 0,
  LK_EGRESS_AUDIO_CHANNEL_LEFT = 1,
  LK_EGRESS_AUDIO_CHANNEL_RIGHT = 2,
} LkEgressAudioChannel;

/**
 * LkEgressAudioCodec:
 * @LK_EGRESS_AUDIO_CODEC_DEFAULT: chosen by the server to fit the outputs
 * @LK_EGRESS_AUDIO_CODEC_OPUS: Opus, at 48000 Hz
 * @LK_EGRESS_AUDIO_CODEC_AAC: AAC-LC
 * @LK_EGRESS_AUDIO_CODEC_MP3: MP3
 *
 * Audio encodings.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_AUDIO_CODEC_DEFAULT = 0,
  LK_EGRESS_AUDIO_CODEC_OPUS = 1,
  LK_EGRESS_AUDIO_CODEC_AAC = 2,
  LK_EGRESS_AUDIO_CODEC_MP3 = 3,
} LkEgressAudioCodec;

/**
 * LkEgressVideoCodec:
 * @LK_EGRESS_VIDEO_CODEC_DEFAULT: chosen by the server: H.264 main profile
 * @LK_EGRESS_VIDEO_CODEC_H264_BASELINE: H.264 baseline profile
 * @LK_EGRESS_VIDEO_CODEC_H264_MAIN: H.264 main profile
 * @LK_EGRESS_VIDEO_CODEC_H264_HIGH: H.264 high profile
 * @LK_EGRESS_VIDEO_CODEC_VP8: VP8; servers take it and encode H.264 all the same
 *
 * Video encodings.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_VIDEO_CODEC_DEFAULT = 0,
  LK_EGRESS_VIDEO_CODEC_H264_BASELINE = 1,
  LK_EGRESS_VIDEO_CODEC_H264_MAIN = 2,
  LK_EGRESS_VIDEO_CODEC_H264_HIGH = 3,
  LK_EGRESS_VIDEO_CODEC_VP8 = 4,
} LkEgressVideoCodec;

/**
 * LkEgressImageCodec:
 * @LK_EGRESS_IMAGE_CODEC_DEFAULT: chosen by the server: JPEG
 * @LK_EGRESS_IMAGE_CODEC_JPEG: JPEG
 *
 * Picture encodings.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_IMAGE_CODEC_DEFAULT = 0,
  LK_EGRESS_IMAGE_CODEC_JPEG = 1,
} LkEgressImageCodec;

/**
 * LkEgressAudioMixing:
 * @LK_EGRESS_AUDIO_MIXING_DEFAULT: everybody in both channels
 * @LK_EGRESS_AUDIO_MIXING_DUAL_CHANNEL_AGENT: agents left, everybody else right
 * @LK_EGRESS_AUDIO_MIXING_DUAL_CHANNEL_ALTERNATE: each new track on the other side
 *
 * How a room composite of the older API mixes its audio. In the unified API the routes of
 * [class@AudioConfig] say it.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_AUDIO_MIXING_DEFAULT = 0,
  LK_EGRESS_AUDIO_MIXING_DUAL_CHANNEL_AGENT = 1,
  LK_EGRESS_AUDIO_MIXING_DUAL_CHANNEL_ALTERNATE = 2,
} LkEgressAudioMixing;

/**
 * LkEgressParticipantKind:
 * @LK_EGRESS_PARTICIPANT_KIND_STANDARD: a person, or a program that joins as one
 * @LK_EGRESS_PARTICIPANT_KIND_INGRESS: a stream that is brought into the room
 * @LK_EGRESS_PARTICIPANT_KIND_EGRESS: a recorder
 * @LK_EGRESS_PARTICIPANT_KIND_SIP: a telephone call
 * @LK_EGRESS_PARTICIPANT_KIND_AGENT: an agent
 * @LK_EGRESS_PARTICIPANT_KIND_CONNECTOR: a connector to another service
 * @LK_EGRESS_PARTICIPANT_KIND_BRIDGE: a bridge to another conference
 *
 * What a participant of a room is.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_PARTICIPANT_KIND_STANDARD = 0,
  LK_EGRESS_PARTICIPANT_KIND_INGRESS = 1,
  LK_EGRESS_PARTICIPANT_KIND_EGRESS = 2,
  LK_EGRESS_PARTICIPANT_KIND_SIP = 3,
  LK_EGRESS_PARTICIPANT_KIND_AGENT = 4,
  LK_EGRESS_PARTICIPANT_KIND_CONNECTOR = 7,
  LK_EGRESS_PARTICIPANT_KIND_BRIDGE = 8,
} LkEgressParticipantKind;

G_END_DECLS
