/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

G_BEGIN_DECLS

/* What the programs of bench/rpc share: how they are called and how they measure themselves.
 *
 *   PROGRAM CALL sync|async URL COUNT WARM-UP
 *
 * CALL is list, read (list, and look at every item) or stop. Makes WARM-UP calls, then COUNT calls,
 * one after the other, and prints the CPU time of the process per call of the latter, in
 * microseconds. */

#define BENCH_EGRESS_ID "EG_JCK9YZeup5SB"

typedef struct
{
  const char *call;
  const char *url;
  gboolean async;
  guint count;
  guint warm_up;
} Bench;

static inline Bench
bench_parse (int argc, char **argv)
{
  if (argc != 6)
    {
      fprintf (stderr, "Usage: %s list|read|stop sync|async URL COUNT WARM-UP\n", argv[0]);
      exit (2);
    }

  return (Bench){
    .call = argv[1],
    .async = g_str_equal (argv[2], "async"),
    .url = argv[3],
    .count = atoi (argv[4]),
    .warm_up = atoi (argv[5]),
  };
}

static inline void
bench_fail (const GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  exit (1);
}

/* User and system time of the process, in microseconds. */
static inline double
bench_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

static inline void
bench_run (const Bench *bench, void (*call) (const Bench *bench, gpointer data), gpointer data)
{
  double start = 0;

  for (guint i = 0; i < bench->warm_up + bench->count; i++)
    {
      if (i == bench->warm_up)
        start = bench_cpu ();
      call (bench, data);
    }
  printf ("%.2f\n", (bench_cpu () - start) / MAX (bench->count, 1));
}

G_END_DECLS
