# SPDX-License-Identifier: LGPL-2.1-or-later
# From the list of exported symbols, by release, to a version script of the linker.

/^LIVEKIT_EGRESS_/ {
  if (node != "")
    end()
  previous = node
  node = $1
  print node " {"
  next
}
{ print "  " $1 ";" }
END { end() }

function end() { print "}" (previous != "" ? " " previous : "") ";" }
