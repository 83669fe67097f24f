import type {
  BatchStatement,
  Database,
  Row,
  Snapshot,
  SqlValue,
  Transaction,
} from '../database/database.js'
import { pragmaValues } from '../database/pragma-values.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { refusedByServer } from '../sql/refused-by-server.js'
import { splitStatements } from '../sql/split-statements.js'
import { clearingStatements } from './clearing-statements.js'
import { dumpCommands } from './dump-commands.js'
import { type LoadTarget, loadDump } from './load-dump.js'

/** Statements are sent together up to so many bytes, since each request takes its time. */
const TOGETHER = 1 << 20
const MOST_TOGETHER = 256
/** `PRAGMA name`, or the table of an INSERT: all of a statement that a message may hold. */
const HEAD =
  /^\s*(?:PRAGMA\s+\w+|(?:INSERT|REPLACE)\s+INTO\s+\S{1,60}?(?=[\s(]|$)|CREATE\s+[^(]{1,80})/i

export interface ServerLoad {
  /** Sees what is in the database before it is emptied; what it throws leaves that alone. */
  before?(old: Snapshot): Promise<void>
  /** Sees what was loaded; what it throws undoes it. */
  look?(loaded: Snapshot): Promise<void>
}

/**
 * Puts what a dump holds in the place of all that a database on a server holds, in one transaction:
 * until its end everybody sees what was there before, and so they do when it fails or is killed.
 *
 * @param db opened with `restoring: 'rows'`
 * @returns how many rows were inserted, and what the server did not take that is no content
 * @throws what `loadDump` and `steps` throw; DbfleetError `cannot-restore`
 */
export async function loadIntoServer(
  db: Database,
  pieces: AsyncIterable<Uint8Array>,
  steps: ServerLoad = {},
): Promise<{ rows: number; remarks: string[] }> {
  const loading = new ServerLoading(db, steps)
  try {
    const { rows, entries } = await loadDump(loading, dumpCommands(pieces))
    const [entry] = entries
    if (entry === undefined) return { rows, remarks: [...loading.remarks] }
    throw new DbfleetError(
      'cannot-restore',
      `${entry.name} is a virtual table whose own tables are in the dump, which a server does not take`,
      { hint: 'Restore it into a file. A dump by dbfleet holds its rows, and goes anywhere.' },
    )
  } finally {
    await loading.rollback()
  }
}

/** A database on a server, as what loads a dump takes a new file to be. */
class ServerLoading implements LoadTarget {
  readonly engine = 'remote'
  readonly remarks = new Set<string>()
  readonly #db: Database
  readonly #steps: ServerLoad
  #transaction: Transaction | undefined
  #waiting: BatchStatement[] = []
  #bytes = 0

  constructor(db: Database, steps: ServerLoad) {
    this.#db = db
    this.#steps = steps
  }

  /** Settings of the connection are the server's own. */
  async query(sql: string, args: readonly SqlValue[] = []): Promise<Row[]> {
    return /^\s*PRAGMA\b/i.test(sql) ? [] : this.#db.query(sql, args)
  }

  async run(sql: string): Promise<void> {
    this.#remark(sql)
  }

  async begin(): Promise<Transaction> {
    const transaction = await this.#db.begin({ foreignKeys: 'off' })
    this.#transaction = transaction
    const now: Snapshot = {
      query: (...given) => transaction.query(...given),
      pragmas: names => pragmaValues(transaction, names),
      [Symbol.asyncDispose]: async () => {},
    }
    await this.#steps.before?.(now)
    for (const sql of await clearingStatements(now)) await this.#take(sql)
    return {
      ...transaction,
      run: sql => this.#take(sql),
      commit: async () => {
        await this.#flush()
        await this.#steps.look?.(now)
        await transaction.commit()
      },
    }
  }

  async rollback(): Promise<void> {
    await this.#transaction?.rollback()
  }

  async #take(sql: string): Promise<void> {
    if (this.#isLeftOut(sql)) return
    this.#waiting.push({ sql })
    this.#bytes += sql.length
    if (this.#bytes >= TOGETHER || this.#waiting.length >= MOST_TOGETHER) await this.#flush()
  }

  async #flush(): Promise<void> {
    const statements = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (statements.length === 0) return
    try {
      await this.#transaction?.runAll?.(statements)
    } catch (error) {
      const { index } = error as { index?: unknown }
      if (!(error instanceof DbfleetError) || typeof index !== 'number') throw error
      throw refused(statements[index]?.sql ?? '', error)
    }
  }

  /** Statistics and settings are no content; the digest of a database is without them, too. */
  #isLeftOut(sql: string): boolean {
    if (/^\s*INSERT INTO "?sqlite_stat\d"?[\s(]/i.test(sql)) return true
    if (!/^\s*(?:PRAGMA|ANALYZE)\b/i.test(sql)) return false
    const [statement] = splitStatements(sql)
    if (statement === undefined || refusedByServer(statement) === undefined) return false
    this.#remark(sql)
    return true
  }

  #remark(sql: string): void {
    const setting = /^\s*PRAGMA\s+(page_size|encoding|auto_vacuum|application_id)\b/i.exec(sql)?.[1]
    if (setting !== undefined) {
      this.remarks.add(`the server does not let ${setting.toLowerCase()} be set`)
    } else if (/^\s*ANALYZE\b/i.test(sql)) {
      this.remarks.add('the server takes no statistics (ANALYZE)')
    }
  }
}

function refused(sql: string, error: DbfleetError): DbfleetError {
  const head = HEAD.exec(sql)?.[0].replaceAll(/\s+/g, ' ').trim() ?? 'a statement'
  if (!['sql', 'syntax', 'constraint', 'too-large'].includes(error.code)) return error
  return new DbfleetError('cannot-restore', `the server refuses "${head}": ${error.message}`, {
    hint: 'Nothing was changed. Restore it into a file.',
    cause: error,
  })
}
