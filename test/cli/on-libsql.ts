import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const script = fileURLToPath(new URL('./on-libsql.mjs', import.meta.url))

/**
 * Runs statements on a file with libSQL's engine, in a process of its own: the tests' process looks
 * at the same files with better-sqlite3.
 *
 * @returns the rows of each statement; integers are decimal texts, blobs hexadecimal ones
 */
export function onLibsql(
  path: string,
  statements: readonly string[],
  encryptionKey?: string,
): Record<string, unknown>[][] {
  const input = JSON.stringify({ url: pathToFileURL(path).href, encryptionKey, statements })
  const output = execFileSync(process.execPath, [script], { input, encoding: 'utf8' })
  return JSON.parse(output) as Record<string, unknown>[][]
}
