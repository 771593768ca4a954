/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What runs inside Redis, each at once and whole.
 *
 * KEYS: 1 the hash of the entries by key, as JSON; 2 the hash of their holders by key; 3 the lease
 * of this replica. The lease of a holder is beside that: its name ends with the replica. Beside the
 * entries is which of them has an egress: an egress has one entry and no more. ARGV: 1
 * this replica; 2 the time of a lease in milliseconds; 3 how large an entry may be. What follows
 * differs. The first value of each reply tells whether the lease had lapsed and begins anew. */

#define LK_EGRESS_REDIS_PRELUDE                                                                    \
  "local me, lapsed, leases = ARGV[1], 0, {} "                                                     \
  "if redis.call('PEXPIRE', KEYS[3], ARGV[2]) == 0 then "                                          \
  "  redis.call('SET', KEYS[3], '1', 'PX', ARGV[2]) lapsed = 1 "                                   \
  "end "                                                                                           \
  "local prefix = string.sub(KEYS[3], 1, #KEYS[3] - #me) "                                         \
  "local function alive(holder) "                                                                  \
  "  if leases[holder] == nil then "                                                               \
  "    leases[holder] = redis.call('EXISTS', prefix .. holder) == 1 "                              \
  "  end "                                                                                         \
  "  return leases[holder] "                                                                       \
  "end "                                                                                           \
  "local function of_another(key) "                                                                \
  "  local holder = redis.call('HGET', KEYS[2], key) "                                             \
  "  return holder and holder ~= me and alive(holder) "                                            \
  "end "                                                                                           \
  "local function beside(name) return string.sub(KEYS[1], 1, #KEYS[1] - #'entries') .. name end "  \
  "local function ended(key) return beside('ended:' .. key) end "                                  \
  "local function taken(id, key) "                                                                 \
  "  local other = id ~= '' and redis.call('HGET', beside('ids'), id) "                            \
  "  return other and other ~= key and redis.call('HEXISTS', KEYS[1], other) == 1 "                \
  "end "                                                                                           \
  "local function read(key) "                                                                      \
  "  if redis.call('HSTRLEN', KEYS[1], key) > tonumber(ARGV[3]) then return false end "            \
  "  return redis.call('HGET', KEYS[1], key) "                                                     \
  "end "

/* Renews, and nothing else. */
#define LK_EGRESS_REDIS_RENEW LK_EGRESS_REDIS_PRELUDE "return {lapsed}"

/* ARGV from 4: keys that are held here, as far as is known. Gives each with a word of those below.
 */
#define LK_EGRESS_REDIS_CHECK                                                                      \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "local reply = {lapsed} "                                                                        \
  "for i = 4, #ARGV do "                                                                           \
  "  local key, outcome = ARGV[i], 'done' "                                                        \
  "  if of_another(key) then "                                                                     \
  "    outcome = 'busy' "                                                                          \
  "  elseif redis.call('HEXISTS', KEYS[1], key) == 1 then "                                        \
  "    redis.call('HSET', KEYS[2], key, me) "                                                      \
  "  elseif redis.call('EXISTS', ended(key)) == 1 then "                                           \
  "    outcome = 'busy' "                                                                          \
  "  else "                                                                                        \
  "    outcome = 'missing' "                                                                       \
  "  end "                                                                                         \
  "  reply[#reply + 1] = key "                                                                     \
  "  reply[#reply + 1] = outcome "                                                                 \
  "end "                                                                                           \
  "return reply"

/* ARGV 4: how many keys at most. Gives the keys of all entries. */
#define LK_EGRESS_REDIS_KEYS                                                                       \
  "local reply, max = {0}, tonumber(ARGV[4]) "                                                     \
  "for i, key in ipairs(redis.call('HKEYS', KEYS[1])) do "                                         \
  "  if i > max then break end "                                                                   \
  "  reply[#reply + 1] = key "                                                                     \
  "end "                                                                                           \
  "return reply"

/* The same for the keys of those that nobody else holds. */
#define LK_EGRESS_REDIS_FREE_KEYS                                                                  \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "local reply, max = {lapsed}, tonumber(ARGV[4]) "                                                \
  "for i, key in ipairs(redis.call('HKEYS', KEYS[1])) do "                                         \
  "  if #reply > max then break end "                                                              \
  "  if not of_another(key) then reply[#reply + 1] = key end "                                     \
  "end "                                                                                           \
  "return reply"

/* ARGV from 4: keys. Gives each that is there, and its entry, or nil for one that is too large. */
#define LK_EGRESS_REDIS_READ                                                                       \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "local reply = {lapsed} "                                                                        \
  "for i = 4, #ARGV do "                                                                           \
  "  local key = ARGV[i] "                                                                         \
  "  if redis.call('HEXISTS', KEYS[1], key) == 1 then "                                            \
  "    reply[#reply + 1] = key "                                                                   \
  "    reply[#reply + 1] = read(key) "                                                             \
  "  end "                                                                                         \
  "end "                                                                                           \
  "return reply"

/* The same for those that nobody else holds, which are held here from then on. */
#define LK_EGRESS_REDIS_TAKE                                                                       \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "local reply = {lapsed} "                                                                        \
  "for i = 4, #ARGV do "                                                                           \
  "  local key = ARGV[i] "                                                                         \
  "  if redis.call('HEXISTS', KEYS[1], key) == 1 and not of_another(key) then "                    \
  "    redis.call('HSET', KEYS[2], key, me) "                                                      \
  "    reply[#reply + 1] = key "                                                                   \
  "    reply[#reply + 1] = read(key) "                                                             \
  "  end "                                                                                         \
  "end "                                                                                           \
  "return reply"

/* ARGV: 4 the key; 5 the entry; 6 how many entries there may be; 7 the id of its egress, or
 * nothing. Gives a word of those below. */
#define LK_EGRESS_REDIS_PUT                                                                        \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "local there = redis.call('HEXISTS', KEYS[1], ARGV[4]) == 1 "                                    \
  "if of_another(ARGV[4]) then return {lapsed, 'busy'} end "                                       \
  "if not there and redis.call('EXISTS', ended(ARGV[4])) == 1 then "                               \
  "  return {lapsed, 'busy'} "                                                                     \
  "end "                                                                                           \
  "if not there and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[6]) then "                        \
  "  return {lapsed, 'full'} "                                                                     \
  "end "                                                                                           \
  "if taken(ARGV[7], ARGV[4]) then return {lapsed, 'taken'} end "                                  \
  "redis.call('HSET', KEYS[1], ARGV[4], ARGV[5]) "                                                 \
  "if ARGV[7] ~= '' then redis.call('HSET', beside('ids'), ARGV[7], ARGV[4]) end "                 \
  "redis.call('HSET', KEYS[2], ARGV[4], me) "                                                      \
  "return {lapsed, 'done'}"

/* ARGV: 4 the key; 5 whether it is remembered for a day that the entry was removed, and by whom:
 * another one that held it before, and could not ask for a while, is not to count its end as well,
 * and not to put it there again; 6 the id of its egress, or nothing. */
#define LK_EGRESS_REDIS_REMOVE                                                                     \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "if of_another(ARGV[4]) then return {lapsed, 'busy'} end "                                       \
  "if redis.call('HEXISTS', KEYS[1], ARGV[4]) == 0 then "                                          \
  "  local by = redis.call('GET', ended(ARGV[4])) "                                                \
  "  return {lapsed, by and by ~= me and 'busy' or 'done'} "                                       \
  "end "                                                                                           \
  "if taken(ARGV[6], ARGV[4]) then return {lapsed, 'taken'} end "                                  \
  "redis.call('HDEL', KEYS[1], ARGV[4]) "                                                          \
  "if ARGV[6] ~= '' then redis.call('HDEL', beside('ids'), ARGV[6]) end "                          \
  "redis.call('HDEL', KEYS[2], ARGV[4]) "                                                          \
  "if ARGV[5] == '1' then redis.call('SET', ended(ARGV[4]), me, 'PX', '86400000') end "            \
  "return {lapsed, 'done'}"

/* ARGV 4: the key. */
#define LK_EGRESS_REDIS_RELEASE                                                                    \
  LK_EGRESS_REDIS_PRELUDE                                                                          \
  "if redis.call('HGET', KEYS[2], ARGV[4]) == me then "                                            \
  "  redis.call('HDEL', KEYS[2], ARGV[4]) "                                                        \
  "end "                                                                                           \
  "return {lapsed, 'done'}"

#define LK_EGRESS_REDIS_DONE "done"
#define LK_EGRESS_REDIS_BUSY "busy"       /* somebody else holds it, or did and removed it */
#define LK_EGRESS_REDIS_TAKEN "taken"     /* another entry has its egress */
#define LK_EGRESS_REDIS_FULL "full"       /* there are too many */
#define LK_EGRESS_REDIS_MISSING "missing" /* it is not there, and nobody removed it */
