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
 */
final class Scripts {

  private Scripts() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static RedisScript<List<String>> script(String text) {
    return (RedisScript) RedisScript.of(text, List.class);
  }

  private static final String FOUND =
      """
      local function found(key)
        local v = redis.call('HMGET', key, 'data', 'rev', 'used')
        return v[1] or '', v[2] or '0', v[3] or '0'
      end
      """;

  /** KEYS grant; answers data, revision, used. */
  static final RedisScript<List<String>> LOAD = script(FOUND + "return {found(KEYS[1])}");

  /** KEYS grant, lease; ARGV owner, milliseconds; answers outcome, number, data, revision, used. */
  static final RedisScript<List<String>> LEASE =
      script(
          FOUND
              + """
              local data, rev, used = found(KEYS[1])
              if data == '' then return {'nothing', '0', data, rev, used} end
              if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
                return {'busy', '0', data, rev, used}
              end
              local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
              return {'held', tostring(number), data, rev, used}
              """);

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
          """
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
          """
          local data = redis.call('HGET', KEYS[1], 'data')
          if not data then return {'nothing'} end
          redis.call('SET', KEYS[2], data, 'PX', ARGV[2])
          redis.call('HDEL', KEYS[1], 'data', 'used')
          redis.call('HINCRBY', KEYS[1], 'rev', 1)
          redis.call('HINCRBY', KEYS[1], 'number', 1)
          redis.call('PEXPIRE', KEYS[1], ARGV[1])
          return {'done'}
          """);

  /** KEYS grant; ARGV used, milliseconds to keep. */
  static final RedisScript<List<String>> TOUCH =
      script(
          """
          if redis.call('HEXISTS', KEYS[1], 'data') == 0 then return {'nothing'} end
          redis.call('HSET', KEYS[1], 'used', ARGV[1])
          redis.call('PEXPIRE', KEYS[1], ARGV[2])
          return {'done'}
          """);

  /** KEYS schedule; ARGV horizon, new time, how many; answers task, time, task, time, … */
  static final RedisScript<List<String>> CLAIM =
      script(
          """
          local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1],
              'WITHSCORES', 'LIMIT', 0, ARGV[3])
          for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], ARGV[2], due[i]) end
          return due
          """);
}
