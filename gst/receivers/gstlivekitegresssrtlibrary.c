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

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

/* Who is refused makes libsrt talk. */
#define MAX_LINES_PER_SECOND 10

/*** The log ***/

static GMutex log_lock;
static gint64 log_since;
static guint n_lines;

/* How many were left out before this one that may be written, -1 when it may not. */
static gint
may_log (void)
{
  const gint64 now = g_get_monotonic_time ();
  gint left_out = -1;

  g_mutex_lock (&log_lock);
  if (now - log_since >= G_TIME_SPAN_SECOND) {
    left_out = n_lines > MAX_LINES_PER_SECOND ?
        n_lines - MAX_LINES_PER_SECOND : 0;
    log_since = now;
    n_lines = 1;
  } else if (++n_lines <= MAX_LINES_PER_SECOND) {
    left_out = 0;
  }
  g_mutex_unlock (&log_lock);

  return left_out;
}

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
  gint left_out;

  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) < GST_LEVEL_INFO)
    return;
  left_out = may_log ();
  if (left_out < 0)
    return;

  text = to_line (message);
  GST_INFO ("libsrt: %s", text);
  if (left_out > 0)
    GST_INFO ("libsrt: %d lines before this were left out", left_out);
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

gboolean
gst_livekit_egress_srt_library_is_mended (void)
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
