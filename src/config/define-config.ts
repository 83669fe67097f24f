import type { UserConfig } from './config.js'

/**
 * Gives a configuration its types, for completion and checks in the editor; it returns what it is
 * given.
 *
 * @example
 * // dbfleet.config.ts
 * import { defineConfig } from 'dbfleet'
 *
 * export default defineConfig({
 *   fleet: [
 *     { files: 'databases/*.db' },
 *     { files: 'users/??/*.sqlite', name: '{2}', create: 'users/{hash:2}/{name}.sqlite' },
 *     { databases: [{ name: 'hq', url: 'libsql://hq.example', authToken: { env: 'HQ_TOKEN' } }] },
 *     { sqld: { url: 'http://127.0.0.1:8080', namespaces: 'discover' } },
 *   ],
 *   busyTimeout: '10s',
 * })
 */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
