#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Plays a participant of a LiveKit room: play.sh ROOM IDENTITY [PROPERTY=VALUE]...
# Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET. Ctrl-C ends the egress.
# To use other sinks, name them in VIDEO_SINK and AUDIO_SINK.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: play.sh ROOM IDENTITY [PROPERTY=VALUE]..." >&2
  exit 2
fi

exec gst-launch-1.0 -e \
  livekitegresssrc name=egress protocol=srt "room-name=$1" "participant-identity=$2" "${@:3}" \
  egress.video_0 ! queue ! avdec_h264 ! videoconvert ! "${VIDEO_SINK:-autovideosink}" \
  egress.audio_0 ! queue ! avdec_aac ! audioconvert ! audioresample ! "${AUDIO_SINK:-autoaudiosink}"
