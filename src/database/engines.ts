import type BetterSqlite3 from 'better-sqlite3'
import type { EngineName } from './database.js'

type Driver = typeof BetterSqlite3

/**
 * better-sqlite3, or `undefined` where its native part is missing (a package manager may refuse to
 * run install scripts) or does not load.
 */
export async function loadBetterSqlite3(): Promise<Driver | undefined> {
  const { default: driver } = await import('better-sqlite3')
  try {
    new driver(':memory:').close()
    return driver
  } catch {
    return undefined
  }
}

/**
 * The engine for what needs none in particular: better-sqlite3, which is faster; libSQL where that
 * one does not load, or where the environment variable `DBFLEET_ENGINE=libsql` asks for it.
 */
export async function defaultEngine(): Promise<EngineName> {
  if (process.env.DBFLEET_ENGINE === 'libsql') return 'libsql'
  return (await loadBetterSqlite3()) === undefined ? 'libsql' : 'better-sqlite3'
}
