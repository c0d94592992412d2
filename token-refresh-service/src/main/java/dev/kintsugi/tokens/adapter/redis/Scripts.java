package dev.kintsugi.tokens.adapter.redis;

import java.util.List;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The steps that must be one. Each touches keys of one hash tag only, so that they run on Redis
 * Cluster too, and answers a list of strings.
 *
 * <p>Fields of a grant's hash: {@code data} (encrypted, absent once deleted), {@code rev}
 * (revision), {@code number} (fencing number handed out last), {@code used} (milliseconds since
 * 1970).
 *
 * <p>What lies under a grant's key and cannot be such a hash, or is larger than any grant, is told
 * as {@link #DAMAGED} without being read; another grant put there takes its place.
 */
final class Scripts {

  private Scripts() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static RedisScript<List<String>> script(String text) {
    return (RedisScript) RedisScript.of(text, List.class);
  }

  /** In place of data that was not written by us; no Base64. */
  static final String DAMAGED = "!";

  /** Of encrypted data, in characters: several times what callers and providers may send. */
  static final int LARGEST = 1 << 20;

  private static final String FOUND =
      """
      local function isNumber(text)
        return not text or (#text <= 18 and string.match(text, '^-?%%d+$') ~= nil)
      end
      local function isSound(v)
        return not v.err and isNumber(v[2]) and isNumber(v[3]) and isNumber(v[4])
      end
      local function fields(key)
        return redis.pcall('HMGET', key, 'data', 'rev', 'used', 'number')
      end
      local function found(key)
        local v = fields(key)
        if not isSound(v) then return '%s', '0', '0' end
        if v[1] and #v[1] > %d then v[1] = '%s' end
        return v[1] or '', v[2] or '0', v[3] or '0'
      end
      local function clear(key)
        if not isSound(fields(key)) then redis.call('DEL', key) end
      end
      """
          .formatted(DAMAGED, LARGEST, DAMAGED);

  /** KEYS grant; answers data, revision, used. */
  static final RedisScript<List<String>> LOAD = script(FOUND + "return {found(KEYS[1])}");

  /** KEYS grant, lease; ARGV owner, milliseconds; answers outcome, number, data, revision, used. */
  static final RedisScript<List<String>> LEASE =
      script(
          FOUND
              + """
              local data, rev, used = found(KEYS[1])
              if data == '' or data == '%s' then return {'nothing', '0', data, rev, used} end
              if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
                return {'busy', '0', data, rev, used}
              end
              local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
              return {'held', tostring(number), data, rev, used}
              """
                  .formatted(DAMAGED));

  /** KEYS lease; ARGV owner. */
  static final RedisScript<List<String>> RELEASE =
      script(
          """
          if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
          return {'done'}
          """);

  /** KEYS grant; answers the number, or 0. */
  static final RedisScript<List<String>> NUMBER =
      script(
          """
          if redis.call('HEXISTS', KEYS[1], 'data') == 0 then return {'0'} end
          return {tostring(redis.call('HINCRBY', KEYS[1], 'number', 1))}
          """);

  /** KEYS grant; ARGV data, revision to replace, number, milliseconds to keep. */
  static final RedisScript<List<String>> STORE =
      script(
          """
          if redis.call('HEXISTS', KEYS[1], 'data') == 0 then return {'refused'} end
          local v = redis.call('HMGET', KEYS[1], 'rev', 'number')
          if (v[1] or '0') ~= ARGV[2] or tonumber(v[2] or '0') > tonumber(ARGV[3]) then
            return {'refused'}
          end
          redis.call('HSET', KEYS[1], 'data', ARGV[1])
          redis.call('HINCRBY', KEYS[1], 'rev', 1)
          redis.call('PEXPIRE', KEYS[1], ARGV[4])
          return {'done'}
          """);

  /** KEYS grant; ARGV data, revision to replace, used, milliseconds to keep. */
  static final RedisScript<List<String>> PUT =
      script(
          FOUND
              + """
              clear(KEYS[1])
              if (redis.call('HGET', KEYS[1], 'rev') or '0') ~= ARGV[2] then return {'refused'} end
              redis.call('HSET', KEYS[1], 'data', ARGV[1], 'used', ARGV[3])
              redis.call('HINCRBY', KEYS[1], 'rev', 1)
              redis.call('HINCRBY', KEYS[1], 'number', 1)
              redis.call('PEXPIRE', KEYS[1], ARGV[4])
              return {'done'}
              """);

  /** KEYS grant, revocation; ARGV milliseconds to keep the mark, and the revocation. */
  static final RedisScript<List<String>> DELETE =
      script(
          FOUND
              + """
              clear(KEYS[1])
              local data = found(KEYS[1])
              if data == '' then return {'nothing'} end
              redis.call('SET', KEYS[2], data, 'PX', ARGV[2])
              redis.call('HDEL', KEYS[1], 'data', 'used')
              redis.call('HINCRBY', KEYS[1], 'rev', 1)
              redis.call('HINCRBY', KEYS[1], 'number', 1)
              redis.call('PEXPIRE', KEYS[1], ARGV[1])
              return {'done'}
              """);

  /** KEYS revocation; answers data. */
  static final RedisScript<List<String>> REVOCATION =
      script(
          """
          local data = redis.pcall('GET', KEYS[1])
          if not data then return {''} end
          if type(data) == 'table' or #data > %d then return {'%s'} end
          return {data}
          """
              .formatted(LARGEST, DAMAGED));

  /** KEYS grant; ARGV used, milliseconds to keep. */
  static final RedisScript<List<String>> TOUCH =
      script(
          """
          if redis.call('HEXISTS', KEYS[1], 'data') == 0 then return {'nothing'} end
          redis.call('HSET', KEYS[1], 'used', ARGV[1])
          redis.call('PEXPIRE', KEYS[1], ARGV[2])
          return {'done'}
          """);
}
