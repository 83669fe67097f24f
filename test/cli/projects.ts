import { join } from 'node:path'
import { temporaryDirectories } from '../temporary-directory.js'
import { type CliOptions, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

export const ENGINES = ['better-sqlite3', 'libsql'] as const

/** The two migrations of a project. */
export const A = '20260101000000_create_a'
export const B = '20260102000000_create_b'
/** Selects the names of those of their tables that there are. */
export const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('a', 'b')"

/** What the tests look at in a document of `--json`. */
export interface Document {
  databases: {
    name: string
    status: string
    engine?: string
    position?: string | null
    applied?: string[] | number
    reverted?: string[]
    pending?: string[]
    error?: { code: string; message: string; hint?: string }
  }[]
  summary: Record<string, number>
  run?: number
  set?: string
  unrecorded?: { code: string }
  error?: { code: string; message: string; hint?: string }
}

/**
 * Returns a function that makes directories with `TWO_MIGRATIONS` and these files, by path; they
 * are removed after each test.
 */
export function projects(): (files?: Record<string, string>) => string {
  const directory = temporaryDirectories()
  return (files = {}) => {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, ...files })
    return cwd
  }
}

/** Likewise, with an engine for the whole fleet, and empty databases of these names. */
export function projectsOn(
  engine: (typeof ENGINES)[number],
): (databases: readonly string[], files?: Record<string, string>) => string {
  const project = projects()
  const source = { files: 'databases/*.db', ...(engine === 'libsql' && { engine }) }
  const config = { 'dbfleet.config.json': JSON.stringify({ fleet: [source] }) }
  return (databases, files = {}) => {
    const empty = databases.map(name => [`databases/${name}.db`, ''])
    return project({ ...config, ...files, 'databases/.keep': '', ...Object.fromEntries(empty) })
  }
}

/** The path of a project's database. */
export function at(cwd: string, name: string): string {
  return join(cwd, 'databases', `${name}.db`)
}

/** Runs a command in a project with `--json`. */
export function json(cwd: string, args: readonly string[], options: Partial<CliOptions> = {}) {
  return runJson<Document>(args, { cwd, ...options })
}
