/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target without libFuzzer: on the files that are named, or on random mixtures of the
 * lines of a seed file, which it can also save as a corpus for libFuzzer.
 * fuzz-NAME FILE... | fuzz-NAME --runs N SEED-FILE [--seed S] [--save FOLDER] */

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

/* With the escapes of C, and unlike g_strcompress() with bytes of zero. */
static GByteArray *
unescape (const char *line)
{
  GByteArray *out = g_byte_array_new ();

  for (const char *p = line; *p != '\0';)
    {
      const char escape[] = { p[0], p[0] == '\\' ? p[1] : '\0', '\0' };
      g_autofree char *one = g_strcompress (escape);
      guint8 byte = (guint8)one[0];

      p += strlen (escape);
      if (escape[0] == '\\' && escape[1] >= '0' && escape[1] <= '7')
        {
          int n = 1;

          for (byte = (guint8)(escape[1] - '0'); n < 3 && *p >= '0' && *p <= '7'; n++, p++)
            byte = (guint8)(byte << 3 | (*p - '0'));
        }
      g_byte_array_append (out, &byte, 1);
    }

  return out;
}

static GPtrArray *
read_seeds (const char *data)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
  g_auto (GStrv) lines = g_strsplit (data, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (seeds, unescape (lines[i]));
  return seeds;
}

/* Some of the seeds one after the other, with a byte wrong now and then. */
static GByteArray *
mix (GRand *random, GPtrArray *seeds)
{
  GByteArray *out = g_byte_array_new ();

  for (int n = g_rand_int_range (random, 0, 30); n > 0 && out->len < MAX_SIZE; n--)
    {
      const GByteArray *seed
          = g_ptr_array_index (seeds, g_rand_int_range (random, 0, (int)seeds->len));

      g_byte_array_append (out, seed->data, seed->len);
      if (out->len > 0 && g_rand_int_range (random, 0, 8) == 0)
        out->data[g_rand_int_range (random, 0, (int)out->len)]
            = (guint8)g_rand_int_range (random, 0, 256);
    }

  return out;
}

static void
save (const char *folder, int run, const GByteArray *input)
{
  g_autofree char *name = g_strdup_printf ("%s/%06d", folder, run);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (name, input->len > 0 ? (const char *)input->data : "", input->len,
                            &error))
    g_error ("%s", error->message);
}

int
main (int argc, char **argv)
{
  int runs = 0, seed = 1;
  g_autofree char *folder = NULL;
  const GOptionEntry options[]
      = { { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "How many mixtures to make", "N" },
          { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "What the mixtures follow from", "S" },
          { "save", 0, 0, G_OPTION_ARG_FILENAME, &folder, "Where to save the mixtures", "FOLDER" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE...");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)seed);
      g_autoptr (GPtrArray) seeds = NULL;
      gsize length;
      g_autofree char *data = read_file (argv[i], &length);

      LLVMFuzzerTestOneInput ((const guint8 *)data, length);
      seeds = read_seeds (data);
      for (int run = 0; run < runs; run++)
        {
          g_autoptr (GByteArray) input = mix (random, seeds);

          if (folder != NULL)
            save (folder, run, input);
          LLVMFuzzerTestOneInput (input->data, input->len);
        }
    }

  return 0;
}
