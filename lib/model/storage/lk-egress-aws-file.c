/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-aws-file-private.h"

#include <string.h>

#define BLANKS " \t\r\f\v"

typedef struct
{
  GHashTable *settings; /* name -> value */
  guint bad_line;
} Section;

struct _LkEgressAwsFile
{
  GHashTable *sections; /* name -> Section */
};

/* Where the reader is. */
typedef struct
{
  LkEgressAwsFile *file;
  Section *section; /* NULL before the first */
  guint line;

  /* The last setting that is not nested; NULL at the start of a section. */
  char *setting;
  gsize indent;
  gboolean takes_nested; /* it has no value of its own */
} Reader;

static void
section_free (gpointer data)
{
  Section *section = data;

  g_hash_table_unref (section->settings);
  g_free (section);
}

void
lk_egress_aws_file_free (LkEgressAwsFile *self)
{
  g_hash_table_unref (self->sections);
  g_free (self);
}

/* "profile  'dev'" and "profile dev" are the same. */
static char *
normalize_section_name (const char *text, gsize length)
{
  g_autofree char *name = g_strndup (text, length);
  g_auto (GStrv) words = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  g_strdelimit (name, "\"'", ' ');
  words = g_strsplit_set (name, BLANKS, -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (out->len > 0)
        g_string_append_c (out, ' ');
      g_string_append (out, words[i]);
    }

  return g_strdup (out->str);
}

static gboolean
begin_section (Reader *reader, const char *text, GError **error)
{
  const char *end = strchr (text, ']');
  g_autofree char *name = NULL;

  if (end == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Line %u begins a section that has no ']'", reader->line);
      return FALSE;
    }

  name = normalize_section_name (text + 1, end - (text + 1));
  g_clear_pointer (&reader->setting, g_free);
  reader->section = g_hash_table_lookup (reader->file->sections, name);
  if (reader->section == NULL)
    {
      reader->section = g_new0 (Section, 1);
      reader->section->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (reader->file->sections, g_steal_pointer (&name), reader->section);
    }

  return TRUE;
}

/* Cuts off a comment, which has a blank before it, and the blanks at the end. */
static char *
dup_value (const char *text)
{
  char *value = g_strdup (text + strspn (text, BLANKS));

  for (char *c = value; *c != '\0'; c++)
    {
      if ((*c == '#' || *c == ';') && (c == value || strchr (BLANKS, c[-1]) != NULL))
        {
          *c = '\0';
          break;
        }
    }

  return g_strchomp (value);
}

static void
read_setting (Reader *reader, const char *text, gsize indent)
{
  gboolean nested = reader->setting != NULL && indent > reader->indent;
  gsize length = strcspn (text, "=:");
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  /* The rest of a value of several lines: no setting that is of interest here has one. */
  if (nested && !reader->takes_nested)
    return;

  name = g_strchomp (g_ascii_strdown (text, length));
  if (text[length] == '\0' || *name == '\0')
    {
      if (reader->section->bad_line == 0)
        reader->section->bad_line = reader->line;
      return;
    }

  value = dup_value (text + length + 1);
  if (nested)
    {
      char *full_name = g_strconcat (reader->setting, ".", name, NULL);

      g_hash_table_replace (reader->section->settings, full_name, g_steal_pointer (&value));
      return;
    }

  g_free (reader->setting);
  reader->setting = g_strdup (name);
  reader->indent = indent;
  reader->takes_nested = *value == '\0';
  g_hash_table_replace (reader->section->settings, g_steal_pointer (&name),
                        g_steal_pointer (&value));
}

static gboolean
read_line (Reader *reader, const char *line, GError **error)
{
  gsize indent = strspn (line, BLANKS);
  const char *text = line + indent;

  reader->line++;
  if (*text == '\0' || *text == '#' || *text == ';')
    return TRUE;
  if (*text == '[')
    return begin_section (reader, text, error);
  if (reader->section != NULL)
    read_setting (reader, text, indent);

  return TRUE;
}

LkEgressAwsFile *
lk_egress_aws_file_parse (const char *text, GError **error)
{
  g_autoptr (LkEgressAwsFile) self = g_new0 (LkEgressAwsFile, 1);
  g_autofree char *copy = g_strdup (text);
  char *rest = copy;
  Reader reader = { .file = self };
  gboolean success = TRUE;

  self->sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, section_free);
  while (success && rest != NULL)
    success = read_line (&reader, strsep (&rest, "\n"), error);
  g_free (reader.setting);

  return success ? g_steal_pointer (&self) : NULL;
}

gboolean
lk_egress_aws_file_has_section (LkEgressAwsFile *self, const char *section)
{
  return g_hash_table_contains (self->sections, section);
}

const char *
lk_egress_aws_file_get (LkEgressAwsFile *self, const char *section, const char *setting)
{
  Section *its_section = g_hash_table_lookup (self->sections, section);
  const char *value;

  if (its_section == NULL)
    return NULL;

  value = g_hash_table_lookup (its_section->settings, setting);
  return value != NULL && *value != '\0' ? value : NULL;
}

guint
lk_egress_aws_file_get_bad_line (LkEgressAwsFile *self, const char *section)
{
  Section *its_section = g_hash_table_lookup (self->sections, section);

  return its_section != NULL ? its_section->bad_line : 0;
}
