"""Jobs: by id, in order of arrival, and by when they come up. ARGV[3] and what follows stand before each.

A table is API and kind with a colon between them.
"""

from __future__ import annotations

from mockserver.store.redis.script import READING, WRITING, Script

_TIME = """
local function time(agenda, member, at)
  if at == '' then
    call('ZREM', K .. agenda, member)
  elseif call('ZADD', K .. agenda, at, member) == 1 then
    last(K .. agenda)
  end
end
"""

_SAME = (
    _TIME
    + """
local member = ARGV[3] .. ':' .. ARGV[4]
local function same()
  local found = call('HGET', K .. 'jobs:' .. ARGV[3], ARGV[4])
  return found and string.match(found, '^%d+') == ARGV[5]
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

# the number of counters, counter, value …, then table, id, job, due, expiry …
ADD = Script(
    WRITING
    + _TIME
    + """
local jobs, seen = 4 + 2 * tonumber(ARGV[3]), {}
for place = 4, jobs - 2, 2 do
  if call('HEXISTS', K .. 'counters', ARGV[place]) == 1 then return 0 end
end
for place = jobs, #ARGV, 5 do
  local member = ARGV[place] .. ':' .. ARGV[place + 1]
  if seen[member] or call('HEXISTS', K .. 'jobs:' .. ARGV[place], ARGV[place + 1]) == 1 then return 0 end
  seen[member] = true
end
for place = 4, jobs - 2, 2 do add_to(K, ARGV[place], ARGV[place + 1]) end
for place = jobs, #ARGV, 5 do
  local table, job = ARGV[place], ARGV[place + 1]
  local is_first = call('EXISTS', K .. 'jobs:' .. table) == 0
  call('HSET', K .. 'jobs:' .. table, job, ARGV[place + 2])
  call('ZADD', K .. 'order:' .. table, next_place(K), job)
  if is_first then
    call('ZADD', K .. 'tables', 'NX', next_place(K), table)
    last(K .. 'tables')
    last(K .. 'jobs:' .. table)
    last(K .. 'order:' .. table)
  end
  time('due', table .. ':' .. job, ARGV[place + 3])
  time('expiry', table .. ':' .. job, ARGV[place + 4])
end
changed(K)
return 1
"""
)

# table, id, version, job, due, expiry
SWAP = Script(
    WRITING
    + _SAME
    + """
if not same() then return 0 end
call('HSET', K .. 'jobs:' .. ARGV[3], ARGV[4], ARGV[6])
time('due', member, ARGV[7])
time('expiry', member, ARGV[8])
changed(K)
return 1
"""
)

# table, id, version
REMOVE = Script(
    WRITING
    + _SAME
    + """
if not same() then return 0 end
call('HDEL', K .. 'jobs:' .. ARGV[3], ARGV[4])
call('ZREM', K .. 'order:' .. ARGV[3], ARGV[4])
time('due', member, '')
time('expiry', member, '')
changed(K)
return 1
"""
)

# table, first place, last place, the newest first (1) or last (0)
PAGE = Script(
    READING
    + """
local order = K .. 'order:' .. ARGV[3]
local found = call(ARGV[6] == '1' and 'ZREVRANGE' or 'ZRANGE', order, ARGV[4], ARGV[5])
return {call('ZCARD', order), values(K .. 'jobs:' .. ARGV[3], found)}
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

# moment
TIMED = Script(
    READING
    + """
local found, seen = {}, {}
for _, agenda in ipairs({'due', 'expiry'}) do
  for _, member in ipairs(call('ZRANGEBYSCORE', K .. agenda, '-inf', ARGV[3])) do
    if not seen[member] then
      seen[member] = true
      local table, job = string.match(member, '^([^:]*:[^:]*):(.*)$')
      found[#found + 1] = {call('ZSCORE', K .. 'tables', table), call('ZSCORE', K .. 'order:' .. table, job),
        call('HGET', K .. 'jobs:' .. table, job)}
    end
  end
end
return found
"""
)

NEXT_DUE = Script(
    READING
    + """
return call('ZRANGE', K .. 'due', 0, 0, 'WITHSCORES')[2]
"""
)
