"""Sandboxes and their lives: begun, ended, put in the place of others. ARGV[3] and what follows stand before each."""

from __future__ import annotations

from mockserver.store.redis.script import READING, WRITING, Script

_KEYS = """
local function keys(id)
  local K = P .. id .. ':'
  local found = {}
  for part in string.gmatch('about meta counters tables listings collections entries numbers', '%a+') do
    found[#found + 1] = K .. part
  end
  for _, table in ipairs(call('ZRANGE', K .. 'tables', 0, -1)) do
    for part in string.gmatch('jobs order due relisted', '%a+') do
      found[#found + 1] = K .. part .. ':' .. table
    end
  end
  for _, listing in ipairs(call('ZRANGE', K .. 'listings', 0, -1)) do
    found[#found + 1] = K .. 'listing:' .. listing
  end
  for _, one in ipairs(call('ZRANGE', K .. 'collections', 0, -1)) do
    found[#found + 1] = K .. 'documents:' .. one
    found[#found + 1] = K .. 'arrival:' .. one
  end
  return found
end
local function forget(id)
  for _, key in ipairs(keys(id)) do call('UNLINK', key) end
end
local function begin(id)
  call('HSET', P .. id .. ':about', 'began', clock[1] .. '.' .. string.format('%06d', clock[2]))
  for _, key in ipairs(keys(id)) do last(key) end
end
local function use(name, id)
  local ttl = call('HGET', P .. id .. ':about', 'ttl')
  if ttl then
    call('ZADD', P .. 'ends', clock[1] + clock[2] / 1000000 + ttl, name)
    last(P .. 'ends')
  else
    call('ZREM', P .. 'ends', name)
  end
end
"""

# Of what may be refused to all others: one that changes something.
PING = Script("""
return call('SET', P .. 'ready', '1', 'EX', 60)
""")

NAMES = Script("""
return call('HKEYS', P .. 'names')
""")

LIVES = Script("""
return call('HGETALL', P .. 'names')
""")

LIFE = Script("""
return call('HGET', P .. 'names', ARGV[2])
""")

REVISION = Script(
    READING
    + """
return {id, call('HGET', K .. 'meta', 'changes'), call('HGET', K .. 'counters', 'journal')}
"""
)

# how many jobs there may be for it
WHOLE = Script(
    READING
    + """
local tables, count, jobs, names, found = call('ZRANGE', K .. 'tables', 0, -1), 0, {}, {}, {}
for _, table in ipairs(tables) do count = count + call('ZCARD', K .. 'order:' .. table) end
if count > tonumber(ARGV[3]) then return false end
for place, table in ipairs(tables) do
  jobs[place] = values(K .. 'jobs:' .. table, call('ZRANGE', K .. 'order:' .. table, 0, -1))
end
for _, one in ipairs(call('ZRANGE', K .. 'collections', 0, -1)) do
  if call('EXISTS', K .. 'documents:' .. one) == 1 then
    names[#names + 1] = one
    found[#found + 1] = documents(K, one)
  end
end
local counters = call('HGETALL', K .. 'counters')
return {jobs, counters, names, found}
"""
)

CLEAR = Script(
    _KEYS
    + """
local id, name = find(ARGV[2])
if not id then return 0 end
forget(id)
call('HDEL', P .. 'names', name)
call('ZREM', P .. 'ends', name)
return 1
"""
)

# source, what is kept …
MOVE = Script(
    _KEYS
    + """
local old, target, over = find(ARGV[2])
local new, source, gone = find(ARGV[3])
if over or gone then return redis.error_reply('OVER') end
old, new = old or make(target), new or make(source)
if not old or not new then return redis.error_reply('FOREIGN') end
local O, N = P .. old .. ':', P .. new .. ':'
local function carry(part)
  call('DEL', N .. part)
  if call('EXISTS', O .. part) == 1 then call('RENAME', O .. part, N .. part) end
end
local asked = tonumber(call('HGET', N .. 'counters', 'journal') or '0')
local drawn = math.max(tonumber(call('HGET', O .. 'counters', 'journal') or '0'), asked)
local entries, keeps_journal = call('HLEN', O .. 'entries'), false
for place = 4, #ARGV do
  local one = ARGV[place]
  carry('documents:' .. one)
  carry('arrival:' .. one)
  if call('EXISTS', N .. 'documents:' .. one) == 1 then call('ZADD', N .. 'collections', 'NX', next_place(N), one) end
  local count = call('HGET', O .. 'counters', one)
  if count then call('HSET', N .. 'counters', one, count) else call('HDEL', N .. 'counters', one) end
  keeps_journal = keeps_journal or one == 'journal'
end
if keeps_journal then
  entries = 0
  carry('entries')
  carry('numbers')
  local numbers, floor = N .. 'numbers', tonumber(call('HGET', N .. 'documents:journal', 'floor') or '0')
  local lowest, disowned = call('ZRANGE', numbers, 0, 0)[1], 0
  for _, field in ipairs(call('HKEYS', O .. 'meta')) do
    local number = string.match(field, '^asked:(.*)$')
    if number then
      disowned = disowned + call('ZREM', numbers, number)
      call('HDEL', N .. 'entries', number)
    end
  end
  if disowned > 0 and tonumber(lowest) == floor + 1 then
    put(N, 'journal', 'floor', (call('ZRANGE', numbers, 0, 0)[1] or drawn + 1) - 1)
  end
elseif drawn > 0 then
  call('HSET', N .. 'counters', 'journal', drawn)
  call('DEL', N .. 'documents:journal', N .. 'arrival:journal')
  put(N, 'journal', 'floor', drawn)
  put(N, 'journal', 'first', drawn - asked)
end
local tables, sizes, names, left = call('ZRANGE', O .. 'tables', 0, -1), {}, {}, {}
for place, table in ipairs(tables) do sizes[place] = call('ZCARD', O .. 'order:' .. table) end
for _, one in ipairs(call('ZRANGE', O .. 'collections', 0, -1)) do
  if call('EXISTS', O .. 'documents:' .. one) == 1 then
    names[#names + 1] = one
    left[#left + 1] = documents(O, one)
  end
end
forget(old)
call('HDEL', P .. 'names', source)
call('ZREM', P .. 'ends', source)
call('HSET', P .. 'names', target, new)
begin(new)
use(target, new)
return {tables, sizes, entries, names, left}
"""
)

# source, how many there may be at most
PLACE = Script(
    _KEYS
    + """
local new, source, gone = find(ARGV[3])
if gone then return redis.error_reply('OVER') end
if call('HEXISTS', P .. 'names', ARGV[2]) == 1 then return 0 end
local count = 0
for _, name in ipairs(call('HKEYS', P .. 'names')) do
  if not string.find(name, '/', 1, true) then count = count + 1 end
end
if count >= tonumber(ARGV[4]) then return -1 end
new = new or make(source)
if not new then return redis.error_reply('FOREIGN') end
call('HDEL', P .. 'names', source)
call('ZREM', P .. 'ends', source)
call('HSET', P .. 'names', ARGV[2], new)
begin(new)
use(ARGV[2], new)
return 1
"""
)

# what is written down, ttl or an empty text
DESCRIBE = Script(
    WRITING
    + """
call('HSET', K .. 'about', 'text', ARGV[3])
if ARGV[4] ~= '' then call('HSET', K .. 'about', 'ttl', ARGV[4]) end
last(K .. 'about')
return 1
"""
)

ABOUT = Script(
    READING
    + """
return call('HGET', K .. 'about', 'text')
"""
)

AGE = Script(
    READING
    + """
local began = call('HGET', K .. 'about', 'began')
return began and string.format('%.6f', clock[1] - began + clock[2] / 1000000)
"""
)

USE = Script(
    READING
    + _KEYS
    + """
if not id then return redis.error_reply('OVER') end
use(name, id)
return 1
"""
)

# seconds
END_UNUSED = Script(
    _KEYS
    + """
local ended = {}
for _, name in ipairs(call('ZRANGEBYSCORE', P .. 'ends', '-inf', clock[1] + clock[2] / 1000000 - ARGV[3])) do
  local id = call('HGET', P .. 'names', name)
  if id then forget(id) end
  call('HDEL', P .. 'names', name)
  call('ZREM', P .. 'ends', name)
  if not string.find(name, '/', 1, true) then ended[#ended + 1] = name end
end
return ended
"""
)

LAST = Script(
    _KEYS
    + """
local id, name = find(ARGV[2])
if id and string.find(name, '/', 1, true) then
  if not call('ZSCORE', P .. 'ends', name) then fill(name) end
elseif id then
  for _, key in ipairs(keys(id)) do call('EXPIRE', key, LASTING) end
end
call('EXPIRE', P .. 'names', LASTING)
call('EXPIRE', P .. 'ends', LASTING)
return 1
"""
)

# process, what it has counted
POST = Script("""
call('HSET', P .. 'metrics', ARGV[3], ARGV[4])
return call('EXPIRE', P .. 'metrics', LASTING)
""")

# process, into which, what that had counted or an empty text, what it has then
FOLD = Script("""
if (call('HGET', P .. 'metrics', ARGV[4]) or '') ~= ARGV[5] then return 0 end
call('HDEL', P .. 'metrics', ARGV[3])
call('HSET', P .. 'metrics', ARGV[4], ARGV[6])
call('EXPIRE', P .. 'metrics', LASTING)
return 1
""")

POSTED = Script("""
return call('HGETALL', P .. 'metrics')
""")
