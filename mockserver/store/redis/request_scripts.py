"""Requests and the journal, counters and documents. ARGV[3] and what follows stand before each."""

from __future__ import annotations

from mockserver.store.redis.script import READING, WRITING, Script

# A kept answer holds until a document is written, so that is counted apart from other changes.
_WRITTEN = """
local function written()
  changed(K)
  call('HINCRBY', K .. 'meta', 'written', 1)
end
"""

# API, and table and id of a job, or neither
BEGIN_REQUEST = Script(
    WRITING
    + """
local number = add_to(K, 'journal', 1)
return {number, call('HGET', K .. 'documents:clock', 'clock'), call('HGET', K .. 'documents:settings', ARGV[3]),
  call('EXISTS', K .. 'documents:faults'), call('HGET', K .. 'documents:journal', 'first'),
  call('HGET', K .. 'meta', 'written'), ARGV[4] and call('HGET', K .. 'jobs:' .. ARGV[4], ARGV[5]) or false}
"""
)

# number, entry, limit, counter …
RECORD = Script(
    WRITING
    + """
call('HSET', K .. 'entries', ARGV[3], ARGV[4])
call('ZADD', K .. 'numbers', ARGV[3], ARGV[3])
last(K .. 'entries')
last(K .. 'numbers')
local over = call('ZCARD', K .. 'numbers') - tonumber(ARGV[5])
if over > 0 then
  local lowest = call('ZPOPMIN', K .. 'numbers', over)
  for place = 1, #lowest, 2 do call('HDEL', K .. 'entries', lowest[place]) end
end
changed(K)
for place = 6, #ARGV do add_to(K, ARGV[place], 1) end
return 1
"""
)

# number
ENTRIES = Script(
    READING
    + """
return values(K .. 'entries', call('ZRANGEBYSCORE', K .. 'numbers', '(' .. ARGV[3], '+inf'))
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

# counter, value
SET_COUNTER = Script(
    WRITING
    + """
changed(K)
call('HDEL', K .. 'counters', ARGV[3])
return add_to(K, ARGV[3], ARGV[4])
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
    + _WRITTEN
    + """
put(K, ARGV[3], ARGV[4], ARGV[5])
written()
return 1
"""
)

# collection, key, old, new; an empty text stands for none
REPLACE = Script(
    WRITING
    + _WRITTEN
    + """
if (call('HGET', K .. 'documents:' .. ARGV[3], ARGV[4]) or '') ~= ARGV[5] then return 0 end
if ARGV[6] == '' then
  call('HDEL', K .. 'documents:' .. ARGV[3], ARGV[4])
  call('ZREM', K .. 'arrival:' .. ARGV[3], ARGV[4])
else
  put(K, ARGV[3], ARGV[4], ARGV[6])
end
written()
return 1
"""
)

# collection, key, value but for its last brace, limit
APPEND = Script(
    WRITING
    + """
local list = call('HGET', K .. 'documents:' .. ARGV[3], ARGV[4])
local value = ARGV[5] .. '"number":' .. (call('HGET', K .. 'counters', 'journal') or '0') .. '}'
if not list or list == '[]' then
  list = '[\\n' .. value .. '\\n]'
else
  list = string.sub(list, 1, -3) .. ',\\n' .. value .. '\\n]'
end
local _, lines = string.gsub(list, '\\n', '')
for _ = 1, lines - 1 - tonumber(ARGV[6]) do
  list = '[\\n' .. string.sub(list, string.find(list, ',\\n', 1, true) + 2)
end
put(K, ARGV[3], ARGV[4], list)
changed(K)
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
