import type { SqlStatement } from '../sql/split-statements.js'

/** One migration as its files describe it. Plain data: it is sent to worker threads. */
export interface Migration {
  /** `<utc timestamp>_<name>`: the file name without its endings; the ledger's key. */
  name: string
  /** SQL pairs run statement by statement; modules export `up` and `down`. */
  kind: 'sql' | 'module'
  /** Absolute path of the `.up.sql` file or of the module. */
  file: string
  /** Absolute path of the `.down.sql` file, when there is one. */
  downFile?: string
  /** SHA-256, in hex, of the up file's text without BOM and with LF line endings. */
  checksum: string
  /** False when the header says that it must run outside a transaction. */
  transaction: boolean
  /** `on` when the header asks that foreign keys act while it runs. */
  foreignKeys: 'off' | 'on'
  /** Statements of the up file; empty for a module. */
  up: SqlStatement[]
  /** Statements of the down file; absent when the file is missing, and for a module. */
  down?: SqlStatement[]
  /** A feature in it that only libSQL's engine has. */
  needsLibsql?: string
}

/** What a module migration exports. `db` runs inside the database's transaction. */
export interface MigrationModule {
  up(db: unknown): Promise<unknown> | unknown
  down?(db: unknown): Promise<unknown> | unknown
}
