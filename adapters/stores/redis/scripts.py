"""What Redis does in one go, in Lua: to look and to change with nobody in between.

A session and a series are hashes, which go by themselves once they are of no use. The keys of a user's stand in a sorted
set, by when each goes. What was counted on a day is a hash, and its day stands in a sorted set. Numbers are compared as text, or added to by Redis: those of Lua are fractions.

All epochs are fields of one hash, beside a random number by which that was begun, which is the epoch of who was never
signed out everywhere. So they can only be lost together; and where they were, everybody's is another than it ever was.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1
from typing import Any

from redis.exceptions import NoScriptError

Given = str | bytes | int
Command = Callable[..., Any]
"""What is called with a client, keys, and what is ``Given``."""


class Script:
    """One that is sent by its name, and as a whole where the server does not know it, as after a restart."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._name = sha1(source.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, client: Any, keys: list[str], *given: Given) -> Any:
        try:
            return client.evalsha(self._name, len(keys), *keys, *given)
        except NoScriptError:
            return client.eval(self._source, len(keys), *keys, *given)


_ENLIST = """
local function enlist(list, member, goes)
  redis.call('ZADD', list, goes, member)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', redis.call('TIME')[1])
  local last = redis.call('ZREVRANGE', list, 0, 0, 'WITHSCORES')[2]
  if last then redis.call('EXPIREAT', list, last) end
end
"""
_EPOCH = """
local function epoch_of(epochs, user, born)
  local known = redis.call('HMGET', epochs, 'born', 'user:' .. user)
  if not known[1] then
    redis.call('HSET', epochs, 'born', born)
    return born
  end
  return known[2] or known[1]
end
"""
_END = f"""{_ENLIST}
local function finish(key, member, lists, why, now, goes)
  local row = redis.call('HMGET', key, 'user', 'revoked_at')
  if not row[1] or row[2] then return 0 end
  redis.call('HSET', key, 'revoked_at', now, 'revoked_why', why)
  redis.call('EXPIREAT', key, goes)
  enlist(lists .. row[1], member, goes)
  return 1
end
"""

# --- sessions: KEYS are the session, and the list of its user's -----------------------------------

CREATE_SESSION = Script(f"""{_ENLIST}
local member, data, ends, goes, user = unpack(ARGV)
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'data', data, 'until', ends, 'version', 1)
if user then redis.call('HSET', KEYS[1], 'user', user) end
redis.call('EXPIREAT', KEYS[1], goes)
if user then enlist(KEYS[2], member, goes) end
return 1
""")


def load_session(client: Any, keys: list[str]) -> Any:
    return client.hmget(keys[0], ("data", "version", "until"))


UPDATE_SESSION = Script(f"""{_ENLIST}
local member, data, ends, goes, version, now, lists = unpack(ARGV)
local row = redis.call('HMGET', KEYS[1], 'until', 'version', 'user')
if not row[1] or tonumber(row[1]) <= tonumber(now) then return 'gone' end
if row[2] ~= version then return 'conflict' end
redis.call('HSET', KEYS[1], 'data', data, 'until', ends)
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('EXPIREAT', KEYS[1], goes)
if row[3] then enlist(lists .. row[3], member, goes) end
return 'kept'
""")
DELETE_SESSION = Script("""
local member, lists = unpack(ARGV)
local user = redis.call('HGET', KEYS[1], 'user')
redis.call('DEL', KEYS[1])
if user then redis.call('ZREM', lists .. user, member) end
""")
DELETE_SESSIONS = Script("""
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('DEL', ARGV[1] .. member)
end
redis.call('DEL', KEYS[1])
""")

# --- remembered logins: KEYS are the series, and the list of its user's ---------------------------

ADD_SERIES = Script(f"""{_ENLIST}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('EXPIREAT', KEYS[1], ARGV[2])
enlist(KEYS[2], ARGV[1], ARGV[2])
return 1
""")
SWAP_SERIES = Script(f"""{_ENLIST}
local row = redis.call('HMGET', KEYS[1], 'gen', 'revoked_at')
if row[1] ~= ARGV[3] or row[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIREAT', KEYS[1], ARGV[2])
enlist(KEYS[2], ARGV[1], ARGV[2])
return 1
""")
LOAD_SERIES = Script(f"""{_EPOCH}
local row = redis.call('HGETALL', KEYS[1])
if #row == 0 then return false end
return {{row, epoch_of(KEYS[2], redis.call('HGET', KEYS[1], 'user'), ARGV[1])}}
""")
LIST_SERIES = Script("""
local found = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  found[#found + 1] = redis.call('HGETALL', ARGV[1] .. member)
end
return found
""")
REVOKE_SERIES = Script(f"""{_END}
return finish(KEYS[1], unpack(ARGV))
""")
REVOKE_DEVICE = Script(f"""{_END}
local rows, device, lists, why, now, goes = unpack(ARGV)
local ended = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('HGET', rows .. member, 'device') == device then
    ended = ended + finish(rows .. member, member, lists, why, now, goes)
  end
end
return ended
""")

# --- epochs: KEYS is their hash -------------------------------------------------------------------

EPOCH = Script(f"""{_EPOCH}
return epoch_of(KEYS[1], unpack(ARGV))
""")
ADVANCE_EPOCH = Script(f"""{_EPOCH}
local field = 'user:' .. ARGV[1]
redis.call('HSETNX', KEYS[1], field, epoch_of(KEYS[1], unpack(ARGV)))
return redis.call('HINCRBY', KEYS[1], field, 1)
""")

# --- counts: KEYS are the day's hash, and the set of days -----------------------------------------

ADD_COUNTS = Script("""
for at = 1, #ARGV, 3 do
  redis.call('HINCRBY', KEYS[1] .. ARGV[at], ARGV[at + 1], ARGV[at + 2])
  redis.call('ZADD', KEYS[2], ARGV[at], ARGV[at])
end
""")
COUNTS = Script("""
local found = {}
for _, day in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[1], ARGV[2])) do
  found[#found + 1] = {day, redis.call('HGETALL', KEYS[1] .. day)}
end
return found
""")
SWAP_COUNTS = Script("""
local gone = tonumber(ARGV[1]) * 3
for at = 2, gone + 1, 3 do
  if redis.call('HGET', KEYS[1] .. ARGV[at], ARGV[at + 1]) ~= ARGV[at + 2] then return 0 end
end
for at = 2, gone + 1, 3 do redis.call('HDEL', KEYS[1] .. ARGV[at], ARGV[at + 1]) end
for at = gone + 2, #ARGV, 3 do
  redis.call('HINCRBY', KEYS[1] .. ARGV[at], ARGV[at + 1], ARGV[at + 2])
  redis.call('ZADD', KEYS[2], ARGV[at], ARGV[at])
end
return 1
""")
REMOVE_COUNTS = Script("""
local removed, last = 0, '(' .. ARGV[1]
for _, day in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', last)) do
  removed = removed + redis.call('HLEN', KEYS[1] .. day)
  redis.call('DEL', KEYS[1] .. day)
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', last)
return removed
""")
