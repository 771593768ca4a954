/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-encoding.h"
#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

typedef enum
{
  DEV_SOURCE_NONE,
  DEV_SOURCE_ROOM,
  DEV_SOURCE_WEB,
  DEV_SOURCE_PARTICIPANT,
  DEV_SOURCE_TRACKS, /* track composite and media: any of audio and video */
  DEV_SOURCE_TRACK,
} DevSource;

typedef enum
{
  DEV_DESTINATION_NONE,
  DEV_DESTINATION_FILE,
  DEV_DESTINATION_STREAM,
  DEV_DESTINATION_SEGMENTS,
  DEV_DESTINATION_IMAGES,
} DevDestinationKind;

typedef struct
{
  char *id;
  char *url;
} DevStream;

/* One output of a request. config is the message that describes it. */
typedef struct
{
  DevDestinationKind kind;
  const ProtobufCMessage *config;
  Livekit__StreamProtocol protocol; /* as it was declared */
  GPtrArray *streams;               /* of DevStream; NULL unless a stream */
  const Livekit__S3Upload *s3;      /* where files go; NULL for the folder of the server */
} DevDestination;

/* What any of the six start requests asks for. Strings are never NULL and live as long as the plan,
 * which holds a copy of the request. */
typedef struct
{
  ProtobufCMessage *request;
  gboolean unified;       /* StartEgress */
  const char *info_field; /* where EgressInfo shows the request */

  DevSource source;
  const char *room_name;
  const char *url;
  const char *base_url;
  const char *layout;
  const char *identity;
  const char *audio_track_id;
  const char *video_track_id;
  gboolean audio_only;
  gboolean video_only;

  gboolean passthrough;
  int depth;
  DevEncoding encoding;
  GPtrArray *destinations; /* of DevDestination */
} DevPlan;

DevPlan *dev_plan_new (const ProtobufCMessage *request);
void dev_plan_free (DevPlan *self);

gboolean dev_plan_is_browser (const DevPlan *self);

/* Whether anything of it is sent, not only stored. */
gboolean dev_plan_is_live (const DevPlan *self);

/* What an address is sent by, DEFAULT_PROTOCOL if by none; and a stream destination, if not
 * declared then by its first address. */
Livekit__StreamProtocol dev_plan_get_url_protocol (const char *url);
Livekit__StreamProtocol dev_destination_get_protocol (const DevDestination *destination);

DevStream *dev_stream_new (const char *id, const char *url);
void dev_stream_free (DevStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevPlan, dev_plan_free)

G_END_DECLS
