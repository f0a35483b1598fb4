"""Requests and the journal, counters and documents. ARGV[3] and what follows stand before each."""

from __future__ import annotations

from mockserver.store.redis.script import READING, WRITING, Script

WRITTEN = """
local function written()
  changed(K)
  call('HINCRBY', K .. 'meta', 'written', 1)
end
local function is_still(at)
  return (call('HGET', K .. 'documents:' .. ARGV[at], ARGV[at + 1]) or '') == ARGV[at + 2]
end
local function replace(at)
  if ARGV[at + 3] == '' then
    call('HDEL', K .. 'documents:' .. ARGV[at], ARGV[at + 1])
    call('ZREM', K .. 'arrival:' .. ARGV[at], ARGV[at + 1])
  else
    put(K, ARGV[at], ARGV[at + 1], ARGV[at + 3])
  end
  written()
end
local function append(at)
  local list = call('HGET', K .. 'documents:' .. ARGV[at], ARGV[at + 1])
  local value = ARGV[at + 2] .. '"number":' .. (call('HGET', K .. 'counters', 'journal') or '0') .. '}'
  if not list or list == '[]' then
    list = '[\\n' .. value .. '\\n]'
  else
    list = string.sub(list, 1, -3) .. ',\\n' .. value .. '\\n]'
  end
  local _, lines = string.gsub(list, '\\n', '')
  for _ = 1, lines - 1 - tonumber(ARGV[at + 3]) do
    list = '[\\n' .. string.sub(list, string.find(list, ',\\n', 1, true) + 2)
  end
  put(K, ARGV[at], ARGV[at + 1], list)
end
"""
"""What is written in documents. A kept answer holds until one is, so that it is counted apart from other changes; not
so what is appended.

Arguments from `at` on: collection, key, and old and new, where an empty text stands for none, or a value but for its
last brace, and a limit.
"""

_BEGIN = """
local number = add_to(K, 'journal', 1)
local function begun(api, job)
  return {number, call('HGET', K .. 'documents:clock', 'clock'), call('HGET', K .. 'documents:settings', api),
    call('EXISTS', K .. 'documents:faults'), call('HGET', K .. 'documents:journal', 'first'),
    call('HGET', K .. 'meta', 'written'), job}
end
"""

# API, and table and id of a job, or neither
BEGIN_REQUEST = Script(
    WRITING
    + _BEGIN
    + """
return begun(ARGV[3], ARGV[4] and call('HGET', K .. 'jobs:' .. ARGV[4], ARGV[5]) or false)
"""
)

_RECORD = """
local function heard() return call('PUBSUB', 'NUMSUB', ARGV[3])[2] end
local function record(number, entry, limit)
  call('HSET', K .. 'entries', number, entry)
  call('ZADD', K .. 'numbers', number, number)
  local count = call('ZCARD', K .. 'numbers')
  if count == 1 then
    last(K .. 'entries')
    last(K .. 'numbers')
  end
  if count > limit then
    local lowest = call('ZPOPMIN', K .. 'numbers', count - limit)
    for place = 1, #lowest, 2 do
      call('HDEL', K .. 'entries', lowest[place])
      call('HDEL', K .. 'meta', 'asked:' .. lowest[place])
    end
  end
  changed(K)
end
"""

# channel, number, entry, limit, whether it is answered, counter …
RECORD = Script(
    WRITING
    + _RECORD
    + """
if ARGV[7] == '1' then
  call('HDEL', K .. 'meta', 'asked:' .. ARGV[4])
else
  call('HSET', K .. 'meta', 'asked:' .. ARGV[4], 1)
end
record(ARGV[4], ARGV[5], tonumber(ARGV[6]))
for place = 8, #ARGV do add_to(K, ARGV[place], 1) end
return heard()
"""
)

# channel, API, table, id, job, count of written documents, at, seconds until it is given up and since it came together,
# entry but for what is new of it, limit, counter …
REPEAT = Script(
    WRITING
    + _BEGIN
    + _RECORD
    + """
local job = call('HGET', K .. 'jobs:' .. ARGV[5], ARGV[6])
if job ~= ARGV[7] or (call('HGET', K .. 'meta', 'written') or '0') ~= ARGV[8] then return begun(ARGV[4], job) end
local first = call('HGET', K .. 'documents:journal', 'first') or '0'
local seconds = clock[1] - ARGV[1] + clock[2] / 1000000 + ARGV[10]
record(number, string.format('{"number":%.0f,"turn":%.0f,"at":%s,"milliseconds":%.3f,', number, number - first, ARGV[9],
  seconds * 1000) .. ARGV[11], tonumber(ARGV[12]))
for place = 13, #ARGV do add_to(K, ARGV[place], 1) end
return {number, first, heard()}
"""
)

# number after, number before or an empty text, whether newest first, how many at most, how many bytes
ENTRIES = Script(
    READING
    + """
local numbers, entries, most, bytes = K .. 'numbers', K .. 'entries', tonumber(ARGV[6]), tonumber(ARGV[7])
local low, high = '(' .. ARGV[3], ARGV[4] == '' and '+inf' or '(' .. ARGV[4]
local found
if ARGV[5] == '1' then
  found = call('ZREVRANGEBYSCORE', numbers, high, low, 'LIMIT', 0, most + 1)
else
  found = call('ZRANGEBYSCORE', numbers, low, high, 'LIMIT', 0, most + 1)
end
local texts, size, rest = {}, 0, false
for place, number in ipairs(found) do
  size = size + call('HSTRLEN', entries, number)
  if place > most or (place > 1 and size > bytes) then
    rest = found[place - 1]
    break
  end
  texts[place] = call('HGET', entries, number)
end
local count = call('ZCOUNT', numbers, low, high)
return {texts, rest, count, call('ZRANGE', numbers, 0, 0)[1] or '0', call('ZRANGE', numbers, -1, -1)[1] or '0'}
"""
)

# number
ENTRY = Script(
    READING
    + """
return call('HGET', K .. 'entries', ARGV[3])
"""
)

FORGET_ENTRIES = Script(
    WRITING
    + """
local gone = call('HLEN', K .. 'entries')
call('UNLINK', K .. 'entries', K .. 'numbers')
put(K, 'journal', 'floor', call('HGET', K .. 'counters', 'journal') or '0')
changed(K)
return gone
"""
)

# counter
COUNT = Script(
    WRITING
    + """
changed(K)
return add_to(K, ARGV[3], 1)
"""
)

COUNTERS = Script(
    READING
    + """
local found = call('HGETALL', K .. 'counters')
return found
"""
)

# collection, key
READ = Script(
    READING
    + """
return call('HGET', K .. 'documents:' .. ARGV[3], ARGV[4])
"""
)

# collection, key, value
WRITE = Script(
    WRITING
    + WRITTEN
    + """
put(K, ARGV[3], ARGV[4], ARGV[5])
written()
return 1
"""
)

# collection, key, old, new; an empty text stands for none
REPLACE = Script(
    WRITING
    + WRITTEN
    + """
if not is_still(3) then return 0 end
replace(3)
return 1
"""
)

# collection
COLLECTION = Script(
    READING
    + """
return documents(K, ARGV[3])
"""
)

COLLECTIONS = Script(
    READING
    + """
local found = {}
for _, one in ipairs(call('ZRANGE', K .. 'collections', 0, -1)) do
  if call('EXISTS', K .. 'documents:' .. one) == 1 then found[#found + 1] = one end
end
return found
"""
)
