import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Tells one installed better-sqlite3 from another, or from one that was built anew, without loading
 * it; undefined where it is not as npm installs it.
 */
export function sqliteStamp(): string | undefined {
  try {
    const file = createRequire(import.meta.url).resolve('better-sqlite3/package.json')
    const { version } = JSON.parse(readFileSync(file, 'utf8'))
    const { size, mtimeMs } = statSync(join(dirname(file), 'build/Release/better_sqlite3.node'))
    return [version, size, mtimeMs, process.versions.modules].join(' ')
  } catch {
    return undefined
  }
}
