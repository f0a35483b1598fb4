"""A step of the Redis store as a script, and how all begin: Redis does nothing else while it runs one.

What lies where is said in docs/how-to/several-servers.md.

Rules a maintainer must keep:

1. A script does nothing once the moment has passed at which its caller gave it up (`LATE`): who was told that a step
   failed need not fear that it is done afterwards, by a Redis that had only been slow.
2. A script begins with the life it is for; when that is over, it does nothing (`OVER`).
3. No script reads JSON. A job's version stands before its text; a list has a line for each of its values.
4. Every key of a sandbox goes by itself when nobody makes it last (`last`): whatever may have begun a key asks for it.
5. What a sandbox has is known by its lists of tables, listings and collections, so that all of it can be taken away.
6. Who changes what lies where, or which listings an API's jobs stand in, raises `SCHEMA`.
"""

from __future__ import annotations

from hashlib import sha1

PREFIX = "mockserver:"
"""What every key begins with."""

SCHEMA = b"5"
"""Of what lies in the store; whoever writes other keys, or the same in another form, counts on."""

OVER, LATE, FOREIGN = "OVER", "LATE", "FOREIGN"
"""The first words of refusals; the last: what lies there has got another form since this process has looked."""

_BEGINNING = """
local P, call = KEYS[1], redis.call
local clock = call('TIME')
if tonumber(ARGV[1]) < clock[1] + clock[2] / 1000000 then return redis.error_reply('LATE by the clock of Redis') end
local function last(key) if call('TTL', key) == -1 then call('EXPIRE', key, LASTING) end end
local function fill(name)
  call('ZADD', P .. 'ends', clock[1] + clock[2] / 1000000 + FILLING, name)
  last(P .. 'ends')
end
local function make(name)
  call('SET', P .. 'schema', 'SCHEMA', 'NX')
  if call('GET', P .. 'schema') ~= 'SCHEMA' then return nil end
  call('SET', P .. 'lives', string.format('%.0f', clock[1] * 1000000 + clock[2]), 'NX')
  local id = string.format('%.0f', call('INCR', P .. 'lives'))
  call('HSET', P .. 'names', name, id)
  last(P .. 'names')
  if string.find(name, '/', 1, true) then fill(name) end
  return id
end
local function find(sandbox)
  local name, life = string.match(sandbox, '^(.-)@(.*)$')
  local id = call('HGET', P .. 'names', name or sandbox)
  if name and id ~= life then return nil, name, true end
  return id, name or sandbox, false
end
local function next_place(K) return call('HINCRBY', K .. 'meta', 'places', 1) end
local function changed(K)
  if call('HINCRBY', K .. 'meta', 'changes', 1) == 1 then last(K .. 'meta') end
end
local function add_to(K, counter, value)
  local count = call('HINCRBY', K .. 'counters', counter, value)
  if count == tonumber(value) then last(K .. 'counters') end
  return count
end
local function values(key, fields)
  local found = {}
  for from = 1, #fields, 1000 do
    local upto = math.min(from + 999, #fields)
    for _, value in ipairs(call('HMGET', key, unpack(fields, from, upto))) do found[#found + 1] = value end
  end
  return found
end
local function put(K, collection, key, value)
  if call('HSET', K .. 'documents:' .. collection, key, value) == 1 then
    call('ZADD', K .. 'arrival:' .. collection, next_place(K), key)
    if not call('ZSCORE', K .. 'collections', collection) then
      call('ZADD', K .. 'collections', next_place(K), collection)
    end
    last(K .. 'documents:' .. collection)
    last(K .. 'arrival:' .. collection)
    last(K .. 'collections')
  end
end
local function documents(K, collection)
  local order = call('ZRANGE', K .. 'arrival:' .. collection, 0, -1)
  return {order, values(K .. 'documents:' .. collection, order)}
end
"""

READING = """
local id, name, over = find(ARGV[2])
if over then return redis.error_reply('OVER') end
local K = P .. (id or '0') .. ':'
"""
"""How a script begins that changes nothing. Nothing lies under the life 0: a sandbox that is not there has nothing."""

WRITING = """
local id, name, over = find(ARGV[2])
if over then return redis.error_reply('OVER') end
id = id or make(ARGV[2])
if not id then return redis.error_reply('FOREIGN') end
local K = P .. id .. ':'
"""
"""How one begins that changes something: a sandbox that is not there is begun.

Where a store was emptied that we have used, its form is written anew, and lives are numbered from the time on, in
microseconds: no process takes one for what it remembers of an earlier life.
"""

LASTING = 7 * 24 * 3600
"""Real seconds after which a key goes that nobody has made last (`Store.last`, `life_scripts.LAST`)."""


FILLING = 15 * 60
"""Real seconds after which what is being filled is cleared, unless a job has been added or it was put in its place."""


class Script:
    """One step.

    Attributes:
        text: in Lua; KEYS[1] is the prefix, ARGV[1] the moment at which it is given up, ARGV[2] the sandbox or a life.
        name: by which Redis knows it.
    """

    __slots__ = ("name", "text")

    def __init__(self, text: str) -> None:
        self.text = (_BEGINNING + text).replace("LASTING", str(LASTING)).replace("SCHEMA", SCHEMA.decode())
        self.text = self.text.replace("FILLING", str(FILLING))
        self.name = sha1(self.text.encode(), usedforsecurity=False).hexdigest()
