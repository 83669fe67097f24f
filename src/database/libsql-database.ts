import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Client, InArgs, Transaction as LibsqlTransaction, ResultSet } from '@libsql/client'
import type { DbfleetError } from '../errors/dbfleet-error.js'
import type {
  Database,
  FileTarget,
  OpenOptions,
  Row,
  RowPage,
  Snapshot,
  SqlValue,
  Transaction,
  TransactionOptions,
} from './database.js'
import { databaseError } from './database-error.js'
import { checkOf, refuseNewViolations } from './foreign-keys.js'
import type { AnyKysely } from './kysely-on-transaction.js'
import { onlyReads } from './only-reads.js'
import { pragmaValues } from './pragma-values.js'
import { inPages, notReadOnly, wrongParameters } from './row-pages.js'
import { readTraits } from './schema-traits.js'

/** What both engines take for a database that is nowhere. */
const IN_MEMORY = ':memory:'

type CreateClient = typeof import('@libsql/client').createClient

/**
 * A file opened by libSQL's own engine: encryption, vector indexes, RANDOM ROWID. The driver keeps
 * memory and file handles after `close`, so these are opened in processes that are replaced often.
 */
export class LibsqlDatabase implements Database {
  readonly engine = 'libsql'
  readonly #target: FileTarget
  readonly #options: OpenOptions
  readonly #client: Client
  #transaction: LibsqlTransaction | undefined
  #ready = false
  #spoiled = false

  constructor(createClient: CreateClient, target: FileTarget, options: OpenOptions) {
    this.#target = target
    this.#options = options
    if (options.mode !== 'create' && !existsSync(target.path)) {
      throw databaseError(Object.assign(new Error(), { code: 'SQLITE_CANTOPEN' }), target, 0)
    }
    try {
      this.#client = createClient({
        url: target.path === IN_MEMORY ? IN_MEMORY : pathToFileURL(target.path).href,
        intMode: 'bigint',
        // One connection: a PRAGMA must reach the connection that the next transaction runs on.
        concurrency: 1,
        timeout: options.busyTimeoutMs,
        ...(target.encryptionKey === undefined ? {} : { encryptionKey: target.encryptionKey }),
      })
    } catch (error) {
      throw this.translate(error)
    }
  }

  async query(sql: string, args: readonly SqlValue[] = []): Promise<Row[]> {
    const result = await this.#execute(sql, args)
    return result.rows.map(row =>
      Object.fromEntries(result.columns.map((column, i) => [column, fromLibsql(row[i])])),
    )
  }

  async run(sql: string, args: readonly SqlValue[] = []): Promise<void> {
    await this.#execute(sql, args)
  }

  async begin({ foreignKeys }: TransactionOptions): Promise<Transaction> {
    if (this.#spoiled) await this.#reconnect()
    await this.#execute(`PRAGMA foreign_keys = ${foreignKeys}`, [])
    try {
      this.#transaction = await this.#client.transaction('write')
    } catch (error) {
      this.#spoiled = true
      throw this.translate(error)
    }
    const transaction = this.#transaction
    const check = checkOf(this.#options)
    const before = await check(this, await readTraits(this))
    const finish = async (end: () => Promise<void>) => {
      try {
        await end()
      } catch (error) {
        throw this.translate(error)
      }
      this.#transaction = undefined
    }
    return {
      query: (sql, args) => this.query(sql, args),
      run: (sql, args) => this.run(sql, args),
      kysely: () => this.#kysely(transaction),
      commit: async () => {
        refuseNewViolations(before, await check(this, await readTraits(this)))
        await finish(() => transaction.commit())
      },
      rollback: async () => {
        if (this.#transaction === undefined) return
        await finish(async () => {
          if (!transaction.closed) await transaction.rollback()
        })
      },
    }
  }

  async snapshot(): Promise<Snapshot> {
    if (!this.#ready) await this.#prepareConnection()
    try {
      this.#transaction = await this.#client.transaction('read')
    } catch (error) {
      throw this.translate(error)
    }
    const transaction = this.#transaction
    // The state is fixed by the first read, and not by BEGIN.
    await this.#execute('SELECT 1 FROM sqlite_schema LIMIT 1', [])
    return {
      query: (sql, args) => this.query(sql, args),
      pragmas: names => pragmaValues({ query: sql => this.query(sql) }, names),
      [Symbol.asyncDispose]: async () => {
        this.#transaction = undefined
        transaction.close()
      },
    }
  }

  async *readPages(sql: string, args: readonly SqlValue[] = []): AsyncGenerator<RowPage> {
    const { reads, parameters } = await onlyReads(this, sql)
    if (!reads) throw notReadOnly()
    if (parameters !== undefined && parameters !== args.length) {
      throw wrongParameters(`it takes ${parameters}, and ${args.length} are given`)
    }
    const { columns, rows } = await this.#execute(sql, args)
    yield* inPages(columns, rows.map(row => columns.map((_, i) => fromLibsql(row[i]))).values())
  }

  /** Rowids stay; pages are written anew. */
  async writeImage(path: string): Promise<void> {
    // The engine takes the new file for one more that must not be written.
    await this.#execute('PRAGMA query_only = off', [])
    try {
      await this.#execute('VACUUM INTO ?', [path])
    } finally {
      this.#ready = false
    }
  }

  kysely(): Promise<AnyKysely> {
    return this.#kysely(undefined)
  }

  translate(error: unknown): DbfleetError {
    return databaseError(error, this.#target, this.#options.busyTimeoutMs)
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #execute(sql: string, args: readonly SqlValue[]): Promise<ResultSet> {
    try {
      if (!this.#ready) await this.#prepareConnection()
      return await (this.#transaction ?? this.#client).execute({ sql, args: args as InArgs })
    } catch (error) {
      this.#spoiled = true
      throw this.translate(error)
    }
  }

  /**
   * The driver leaves a statement that failed unfinished, and a later COMMIT on its connection is
   * refused ("SQL statements in progress"); a new connection has none.
   */
  async #reconnect(): Promise<void> {
    await this.#client.reconnect()
    this.#spoiled = false
    this.#ready = false
  }

  /** libSQL's driver ignores a request to open read-only; the engine itself can be told. */
  async #prepareConnection(): Promise<void> {
    this.#ready = true
    const reading = this.#options.mode === 'read' || this.#options.mode === 'inspect'
    if (reading) await this.#client.execute('PRAGMA query_only = on')
  }

  async #kysely(transaction: LibsqlTransaction | undefined): Promise<AnyKysely> {
    const { libsqlKysely } = await import('./libsql-kysely.js')
    return libsqlKysely(this.#client, transaction)
  }
}

function fromLibsql(value: unknown): SqlValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue)
}
