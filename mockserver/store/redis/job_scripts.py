"""Jobs: by id, in order of arrival, by listing, and by when they come up. ARGV[3] and what follows stand before each.

A table is API and kind with a colon between them.
"""

from __future__ import annotations

from mockserver.store.redis.request_scripts import WRITTEN
from mockserver.store.redis.script import READING, WRITING, Script

_TIME = """
local function time(agenda, job, at)
  if at == '' then
    call('ZREM', K .. agenda, job)
  elseif call('ZADD', K .. agenda, at, job) == 1 then
    last(K .. agenda)
  end
end
"""

_ENTER = """
local function enter(table, name, place, job)
  local listing = table .. ':' .. name
  call('ZADD', K .. 'listing:' .. listing, place, job)
  if call('ZADD', K .. 'listings', 'NX', place, listing) == 1 then
    last(K .. 'listing:' .. listing)
    last(K .. 'listings')
  end
end
"""

_LEAVE = """
local function leave(table, name, job)
  local listing = table .. ':' .. name
  call('ZREM', K .. 'listing:' .. listing, job)
  if call('EXISTS', K .. 'listing:' .. listing) == 0 then call('ZREM', K .. 'listings', listing) end
end
"""

_SAME = (
    _TIME
    + """
local function same(at)
  local found = call('HGET', K .. 'jobs:' .. ARGV[at], ARGV[at + 1])
  return found and string.match(found, '^%d+') == ARGV[at + 2]
end
"""
)

# Each that makes or checks something in its arguments from `at` on returns where the next begin.
_ADDING = (
    _ENTER
    + """
local seen = {}
local function is_free(at)
  local member = ARGV[at] .. ':' .. ARGV[at + 1]
  if seen[member] or call('HEXISTS', K .. 'jobs:' .. ARGV[at], ARGV[at + 1]) == 1 then return nil end
  seen[member] = true
  return at + 6 + tonumber(ARGV[at + 5])
end
local function add(at)
  local table, job, listings = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 5])
  local is_first, place = call('EXISTS', K .. 'jobs:' .. table) == 0, next_place(K)
  call('HSET', K .. 'jobs:' .. table, job, ARGV[at + 2])
  call('ZADD', K .. 'order:' .. table, place, job)
  if is_first then
    call('ZADD', K .. 'tables', 'NX', next_place(K), table)
    last(K .. 'tables')
    last(K .. 'jobs:' .. table)
    last(K .. 'order:' .. table)
  end
  time('due:' .. table, job, ARGV[at + 3])
  time('relisted:' .. table, job, ARGV[at + 4])
  for number = at + 6, at + 5 + listings do enter(table, ARGV[number], place, job) end
  return at + 6 + listings
end
"""
)

_SWAPPING = (
    _LEAVE
    + """
local function swap(at)
  local table, job = ARGV[at], ARGV[at + 1]
  call('HSET', K .. 'jobs:' .. table, job, ARGV[at + 3])
  time('due:' .. table, job, ARGV[at + 4])
  time('relisted:' .. table, job, ARGV[at + 5])
  return at + 6
end
local function relist(at, table, job)
  local place, left, entered = call('ZSCORE', K .. 'order:' .. table, job), tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  for number = at + 2, at + 1 + left do leave(table, ARGV[number], job) end
  for number = at + 2 + left, at + 1 + left + entered do enter(table, ARGV[number], place, job) end
  return at + 2 + left + entered
end
"""
)

# table, id
GET = Script(
    READING
    + """
return call('HGET', K .. 'jobs:' .. ARGV[3], ARGV[4])
"""
)

# table, id
LOAD = Script(
    READING
    + """
return {call('HGET', K .. 'jobs:' .. ARGV[3], ARGV[4]), call('HGET', K .. 'documents:clock', 'clock')}
"""
)

# id, table …
FIND = Script(
    READING
    + """
local found = {}
for place = 4, #ARGV do
  local job = call('HGET', K .. 'jobs:' .. ARGV[place], ARGV[3])
  if job then found[#found + 1] = job end
end
return found
"""
)

# the number of counters, counter, value …, then table, id, job, due, relisted, the number of listings, listing … …
ADD = Script(
    WRITING
    + _TIME
    + _ADDING
    + """
if string.find(name, '/', 1, true) then fill(name) end
local jobs = 4 + 2 * tonumber(ARGV[3])
for place = 4, jobs - 2, 2 do
  if call('HEXISTS', K .. 'counters', ARGV[place]) == 1 then return 0 end
end
local at = jobs
while at <= #ARGV do
  at = is_free(at)
  if not at then return 0 end
end
for place = 4, jobs - 2, 2 do add_to(K, ARGV[place], ARGV[place + 1]) end
at = jobs
while at <= #ARGV do at = add(at) end
changed(K)
return 1
"""
)

# table, id, version, job, due, relisted, then, when listings change, the numbers of those left and entered, listing …
SWAP = Script(
    WRITING
    + _SAME
    + _ENTER
    + _SWAPPING
    + """
if not same(3) then return 0 end
local at = swap(3)
if ARGV[at] then relist(at, ARGV[3], ARGV[4]) end
changed(K)
return 1
"""
)

# Rows, each with what it is before it: `added`, then as for ADD; `swapped`, as for SWAP, with listings; `replaced` or
# `appended`, as for `WRITTEN`.
COMMIT = Script(
    WRITING
    + _SAME
    + _ADDING
    + _SWAPPING
    + WRITTEN
    + """
local is_allowed, make = {added = is_free}, {added = add}
function is_allowed.swapped(at)
  return same(at) and at + 8 + tonumber(ARGV[at + 6]) + tonumber(ARGV[at + 7])
end
function make.swapped(at) return relist(swap(at), ARGV[at], ARGV[at + 1]) end
function is_allowed.replaced(at) return is_still(at) and at + 4 end
function make.replaced(at)
  replace(at)
  return at + 4
end
function is_allowed.appended(at) return at + 4 end
function make.appended(at)
  append(at)
  return at + 4
end
local at = 3
while at <= #ARGV do
  at = is_allowed[ARGV[at]](at + 1)
  if not at then return 0 end
end
at = 3
while at <= #ARGV do at = make[ARGV[at]](at + 1) end
changed(K)
return 1
"""
)

# table, id, version, the number of listings, listing … …
REMOVE = Script(
    WRITING
    + _SAME
    + _LEAVE
    + """
local at = 3
while at <= #ARGV do
  if not same(at) then return 0 end
  at = at + 4 + tonumber(ARGV[at + 3])
end
at = 3
while at <= #ARGV do
  local table, job, listings = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 3])
  call('HDEL', K .. 'jobs:' .. table, job)
  call('ZREM', K .. 'order:' .. table, job)
  time('due:' .. table, job, '')
  time('relisted:' .. table, job, '')
  for number = at + 4, at + 3 + listings do leave(table, ARGV[number], job) end
  at = at + 4 + listings
end
changed(K)
return 1
"""
)

# table, rank of the first and of the last, how many that is, the newest first (1) or last (0), what has them in order,
# the place beyond which ranks are counted or an empty text
PAGE = Script(
    READING
    + """
local order, newest, found = K .. ARGV[8], ARGV[7] == '1'
if ARGV[9] == '' then
  found = call(newest and 'ZREVRANGE' or 'ZRANGE', order, ARGV[4], ARGV[5], 'WITHSCORES')
elseif newest then
  found = call('ZREVRANGEBYSCORE', order, '(' .. ARGV[9], '-inf', 'WITHSCORES', 'LIMIT', ARGV[4], ARGV[6])
else
  found = call('ZRANGEBYSCORE', order, '(' .. ARGV[9], '+inf', 'WITHSCORES', 'LIMIT', ARGV[4], ARGV[6])
end
local ids, places = {}, {}
for pair = 1, #found, 2 do ids[#ids + 1], places[#places + 1] = found[pair], found[pair + 1] end
return {call('ZCARD', order), values(K .. 'jobs:' .. ARGV[3], ids), places}
"""
)

SIZE = Script(
    READING
    + """
local tables, sizes = call('ZRANGE', K .. 'tables', 0, -1), {}
for place, table in ipairs(tables) do sizes[place] = call('ZCARD', K .. 'order:' .. table) end
return {tables, sizes}
"""
)

# moment, how many at most, the only table whose relisted jobs are meant, or an empty text for all that come up; to go
# on, in which agenda, and the moment and id of the last: when that one is no longer there, from its moment on again
TIMED = Script(
    READING
    + """
local left, goes_on = tonumber(ARGV[4]), ARGV[6] ~= nil
local tables = ARGV[5] == '' and call('ZRANGE', K .. 'tables', 0, -1) or {ARGV[5]}
local agendas = ARGV[5] == '' and {'due:', 'relisted:'} or {'relisted:'}
local found = {}
for _, table in ipairs(tables) do
  for _, agenda in ipairs(agendas) do
    local key, first = K .. agenda .. table, 0
    if goes_on and agenda .. table == ARGV[6] then
      goes_on = false
      if call('ZSCORE', key, ARGV[8]) == ARGV[7] then
        first = call('ZRANK', key, ARGV[8]) + 1
      else
        first = call('ZCOUNT', key, '-inf', '(' .. ARGV[7])
      end
    end
    local upto = goes_on and 0 or math.min(call('ZCOUNT', key, '-inf', ARGV[3]), first + left)
    if first < upto then
      local ids, place = call('ZRANGE', key, first, upto - 1), call('ZSCORE', K .. 'tables', table)
      for at, job in ipairs(values(K .. 'jobs:' .. table, ids)) do
        found[#found + 1] = {place, call('ZSCORE', K .. 'order:' .. table, ids[at]), job}
      end
      left = left - #ids
      if left == 0 then return {found, agenda .. table, call('ZSCORE', key, ids[#ids]), ids[#ids]} end
    end
  end
end
return {found}
"""
)

NEXT_DUE = Script(
    READING
    + """
local first
for _, table in ipairs(call('ZRANGE', K .. 'tables', 0, -1)) do
  local at = call('ZRANGE', K .. 'due:' .. table, 0, 0, 'WITHSCORES')[2]
  if at and (not first or tonumber(at) < tonumber(first)) then first = at end
end
return first
"""
)
