import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { onSqlite } from './sqlite-files.js'

/** Works on a project's control database. */
export function onControl<T>(cwd: string, use: (db: Database.Database) => T): T {
  return onSqlite(join(cwd, '.dbfleet', 'control.db'), use)
}

/** As if so much time had passed that nobody waits for processes that were killed. */
export function expireHolders(cwd: string): void {
  onControl(cwd, db => db.exec('UPDATE holders SET expires_at = 0'))
}
