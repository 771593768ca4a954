/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target without libFuzzer: on the files that are named, or on random mixtures of the
 * lines of a seed file. fuzz-NAME FILE... | fuzz-NAME --runs N SEED-FILE [--seed S] */

#include "fuzz.h"

#define MAX_SIZE 512

static char *
read_file (const char *name, gsize *length)
{
  g_autoptr (GError) error = NULL;
  char *data;

  if (!g_file_get_contents (name, &data, length, &error))
    g_error ("%s", error->message);
  return data;
}

/* Some of the lines one after the other, with a byte wrong now and then. */
static GByteArray *
mix (GRand *random, char **lines)
{
  const int n_lines = (int)g_strv_length (lines);
  GByteArray *out = g_byte_array_new ();

  for (int n = g_rand_int_range (random, 0, 30); n > 0 && out->len < MAX_SIZE; n--)
    {
      g_autofree char *line = g_strcompress (lines[g_rand_int_range (random, 0, n_lines)]);

      g_byte_array_append (out, (const guint8 *)line, (guint)strlen (line));
      if (out->len > 0 && g_rand_int_range (random, 0, 8) == 0)
        out->data[g_rand_int_range (random, 0, (int)out->len)]
            = (guint8)g_rand_int_range (random, 0, 256);
    }

  return out;
}

int
main (int argc, char **argv)
{
  int runs = 0, seed = 1;
  const GOptionEntry options[]
      = { { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "How many mixtures to make", "N" },
          { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "What the mixtures follow from", "S" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE...");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)seed);
      g_auto (GStrv) lines = NULL;
      gsize length;
      g_autofree char *data = read_file (argv[i], &length);

      LLVMFuzzerTestOneInput ((const guint8 *)data, length);
      lines = g_strsplit (data, "\n", -1);
      for (int run = 0; run < runs; run++)
        {
          g_autoptr (GByteArray) input = mix (random, lines);

          LLVMFuzzerTestOneInput (input->data, input->len);
        }
    }

  return 0;
}
