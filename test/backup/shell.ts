import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Why the sqlite3 shell's part of a test cannot run here; undefined where it can. */
export function shellMissing(): string | undefined {
  const { error } = spawnSync('sqlite3', ['--version'])
  return error === undefined ? undefined : 'the sqlite3 shell is not installed'
}

/** Loads a dump into a new database as a user would: `sqlite3 -bail new.db < dump.sql`. */
export function loadWithShell(dump: string, path: string): void {
  const { status, stderr } = spawnSync('sqlite3', ['-bail', '-batch', path], {
    input: readFileSync(dump),
  })
  if (status !== 0) throw new Error(`sqlite3 ended with ${status}: ${stderr}`)
}

/** What the shell itself dumps. */
export function dumpWithShell(path: string): Buffer {
  return spawnSync('sqlite3', [path, '.dump'], { maxBuffer: 1 << 28 }).stdout
}
