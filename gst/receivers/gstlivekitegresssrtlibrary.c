/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* for dladdr(), dl_iterate_phdr() and memmem() */
#endif

#include "gstlivekitegresssrtlibrary.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <syslog.h>

#include <srt.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressrate.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

/* Who is refused makes libsrt talk. */
#define MAX_LINES_PER_SECOND 10

/*** The log ***/

static GMutex log_lock;
static GstLiveKitEgressRate log_rate;

static gchar *
to_line (const gchar * message)
{
  gchar *line = g_str_to_ascii (message, "C");
  gchar *c;

  for (c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strchomp (line);
}

static void
on_log (void *opaque, int level, const char *file, int line, const char *area,
    const char *message)
{
  g_autofree gchar *text = NULL;
  gboolean too_often;
  guint left_out;

  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) < GST_LEVEL_INFO)
    return;
  g_mutex_lock (&log_lock);
  too_often = gst_livekit_egress_rate_exceeds (&log_rate, MAX_LINES_PER_SECOND,
      &left_out);
  g_mutex_unlock (&log_lock);

  if (left_out > 0)
    GST_INFO ("libsrt: %u lines before this were left out", left_out);
  if (too_often)
    return;
  text = to_line (message);
  GST_INFO ("libsrt: %s", text);
}

void
gst_livekit_egress_srt_library_init (void)
{
  static gsize initialised = 0;

  if (!g_once_init_enter (&initialised))
    return;

  srt_startup ();
  srt_setlogflags (SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME
      | SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL);
  srt_setloglevel (LOG_WARNING);
  srt_setloghandler (NULL, on_log);
  g_once_init_leave (&initialised, 1);
}

/*** The mends ***/

/* What the mends write when they refuse something is part of the library. */
static const gchar *const marks[] = {
  "processSrtMsg_KMRSP: malformed len",
  "KMX refresh came in with a DIFFERENT KEY LEN",
};

typedef struct
{
  gconstpointer base;
  guint found;                  /* a bit for each mark */
} Search;

static int
search_object (struct dl_phdr_info *info, size_t size, void *data)
{
  Search *search = data;
  guint i, j;

  if ((gconstpointer) info->dlpi_addr != search->base)
    return 0;

  for (i = 0; i < info->dlpi_phnum; i++) {
    const ElfW (Phdr) * segment = &info->dlpi_phdr[i];

    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R)
        || segment->p_flags & PF_W)
      continue;
    for (j = 0; j < G_N_ELEMENTS (marks); j++)
      if (memmem ((gconstpointer) (info->dlpi_addr + segment->p_vaddr),
              segment->p_filesz, marks[j], strlen (marks[j])) != NULL)
        search->found |= 1u << j;
  }
  return 1;
}

static gboolean
is_mended (void)
{
  static gsize result = 0;

  if (g_once_init_enter (&result)) {
    Search search = { NULL, 0 };
    Dl_info info;

    if (dladdr ((gconstpointer) srt_startup, &info) != 0) {
      search.base = info.dli_fbase;
      dl_iterate_phdr (search_object, &search);
    }
    g_once_init_leave (&result,
        search.found == (1u << G_N_ELEMENTS (marks)) - 1 ? 1 : 2);
  }
  return result == 1;
}

void
gst_livekit_egress_srt_library_check (GstElement * element)
{
  const guint version = srt_getversion ();

  if (is_mended ())
    return;

  GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS,
      ("The libsrt in use (%u.%u.%u) does not seem to have the mends of "
          "CVE-2026-55868 and CVE-2026-55869: strangers may crash this process "
          "without the passphrase. Upgrade it (on Debian 12 to 1.5.1-1+deb12u2 "
          "or later), or let only the egress worker reach this port.",
          version >> 16, version >> 8 & 0xff, version & 0xff), (NULL));
}
