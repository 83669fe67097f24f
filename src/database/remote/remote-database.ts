import { setTimeout as delay } from 'node:timers/promises'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type {
  BatchOptions,
  BatchStatement,
  Database,
  OpenOptions,
  Row,
  RowPage,
  Snapshot,
  SqlValue,
  Transaction,
  TransactionOptions,
} from '../database.js'
import { checkOf, refuseNewViolations, type Violations } from '../foreign-keys.js'
import type { AnyKysely } from '../kysely-on-transaction.js'
import { pragmaValues } from '../pragma-values.js'
import { inPages, notReadOnly, wrongParameters } from '../row-pages.js'
import { StatementError } from '../statement-error.js'
import { transactionEnded } from '../transaction-ended.js'
import { atomically, BEFORE_STATEMENTS, refuseNewViolationsStep } from './atomic-batch.js'
import type { RemoteEndpoint } from './endpoint.js'
import type { HranaBatchResult, HranaResult, HranaStatement, HranaStep } from './hrana.js'
import {
  after,
  decoded,
  lastResult,
  refuseErrors,
  rowsOf,
  statement,
  step,
  withoutRows,
} from './hrana-steps.js'
import { type HranaChannel, type HranaStream, notHrana, StreamError } from './hrana-stream.js'
import { remoteError, statementError } from './remote-error.js'
import type { RunHrana } from './remote-kysely.js'

const PAUSE_WHILE_BUSY_MS = 50

/**
 * A database on a server. Outside a transaction every statement is a request of its own, and what
 * it does is committed; `batch` runs a whole transaction in one request.
 */
export class RemoteDatabase implements Database {
  readonly engine = 'remote'
  readonly #channel: HranaChannel
  readonly #endpoint: RemoteEndpoint
  readonly #options: OpenOptions
  /** Each request is a new connection to the server, which gets the setting of the last one. */
  #foreignKeys: string | undefined

  constructor(channel: HranaChannel, endpoint: RemoteEndpoint, options: OpenOptions) {
    this.#channel = channel
    this.#endpoint = endpoint
    this.#options = options
  }

  async query(sql: string, args: readonly SqlValue[] = []): Promise<Row[]> {
    return rowsOf(await this.#single(statement(sql, args)))
  }

  async run(sql: string, args: readonly SqlValue[] = []): Promise<void> {
    if (this.#readsOnly) {
      throw new DbfleetError('readonly', 'the database was opened for reading')
    }
    if (/^\s*pragma\s+foreign_keys\s*=/i.test(sql)) this.#foreignKeys = sql
    else await this.#single(withoutRows(sql, args))
  }

  async batch(
    statements: readonly BatchStatement[],
    { foreignKeys, repeatable }: BatchOptions,
  ): Promise<void> {
    const steps = atomically(
      statements.map(({ sql, args = [] }) => withoutRows(sql, args)),
      foreignKeys,
    )
    let uncertain = false
    const onUncertain = () => {
      uncertain = true
    }
    const options = { repeatable, last: true, onUncertain }
    const { step_results: results, step_errors: errors } = await this.#whileBusy(async () => {
      const result = await this.#channel.openStream().batch(steps, options)
      // Nothing ran when the lock was not had.
      refuseErrors(result.step_errors.slice(0, BEFORE_STATEMENTS))
      return result
    }).catch(async (error: DbfleetError) => {
      if (!(error.cause instanceof StreamError)) throw error
      throw (await this.findRefused(statements)) ?? error
    })
    const failed = errors.findIndex(error => error !== null)
    const error = errors[failed]
    const index = failed - BEFORE_STATEMENTS
    if (error === undefined || error === null) {
      if (results[BEFORE_STATEMENTS + statements.length + 1]) return
      throw this.translate(notHrana(this.#endpoint.url))
    }
    if (index < statements.length)
      throw new StatementError(index, statementError(error), { uncertain })
    // It cannot tell violations that were there before from new ones; the slow way can.
    if (index === statements.length) return this.#inSteps(statements, { foreignKeys })
    throw statementError(error)
  }

  async begin({ foreignKeys }: TransactionOptions): Promise<Transaction> {
    const stream = await this.#streamAfter(
      step(`PRAGMA foreign_keys = ${foreignKeys}`),
      after(0, 'BEGIN IMMEDIATE'),
    )
    const run: RunHrana = statement => this.#inStream(stream, statement)
    const runner = {
      query: async (sql: string, args: readonly SqlValue[] = []) =>
        rowsOf(await run(statement(sql, args))),
      run: async (sql: string, args: readonly SqlValue[] = []) => {
        await run(withoutRows(sql, args))
      },
    }
    const check = checkOf(this.#options)
    const count = () => check(runner, { foreignKeys: true })
    const before = await count().catch(async error => {
      // The server would keep the write lock for as long as it waits for more.
      await stream.close()
      throw error
    })
    let ended = false
    return {
      ...runner,
      runAll: statements => this.#allInStream(stream, statements),
      kysely: () => kyselyOn(run, true),
      commit: async () => {
        const refused = await this.#commit(stream, before)
        ended = refused === undefined
        if (refused === undefined) return
        const now = await count().catch(() => {
          throw refused
        })
        refuseNewViolations(before, now)
        throw refused
      },
      rollback: async () => {
        if (!ended) await stream.close()
        ended = true
      },
    }
  }

  async snapshot(): Promise<Snapshot> {
    const stream = await this.#streamAfter(
      step('BEGIN READONLY'),
      // The state is fixed by the first read, and not by BEGIN.
      after(0, 'SELECT 1 FROM sqlite_schema LIMIT 1'),
    )
    const query: Snapshot['query'] = async (sql, args = []) =>
      rowsOf(await this.#inStream(stream, statement(sql, args)))
    return {
      query,
      pragmas: names => pragmaValues({ query }, names),
      [Symbol.asyncDispose]: () => stream.close(),
    }
  }

  /** The server sends the rows in one answer, so they are in memory at once. */
  async *readPages(sql: string, args: readonly SqlValue[] = []): AsyncGenerator<RowPage> {
    const { is_readonly, cols, params } = await this.#whileBusy(() =>
      this.#channel.openStream().describe(sql),
    )
    if (!is_readonly || cols.length === 0) throw notReadOnly()
    if (params.length !== args.length) {
      throw wrongParameters(`it takes ${params.length}, and ${args.length} are given`)
    }
    // Whatever it is, a transaction that only reads does not let it write.
    const steps = [step('BEGIN READONLY'), after(0, statement(sql, args))]
    const result = await this.#whileBusy(async () =>
      lastResult(await this.#channel.openStream().batch(steps, { repeatable: true, last: true })),
    )
    const columns = result.cols.map(({ name }) => name ?? '')
    yield* inPages(columns, decoded(result))
  }

  kysely(): Promise<AnyKysely> {
    return kyselyOn(statement => this.#single(statement), false)
  }

  translate(error: unknown): DbfleetError {
    return remoteError(error, this.#endpoint)
  }

  close(): Promise<void> {
    return this.#channel.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #readsOnly(): boolean {
    return this.#options.mode === 'read' || this.#options.mode === 'inspect'
  }

  #single(stmt: HranaStatement): Promise<HranaResult> {
    const isPlainRead = /^\s*(?:select|explain|values)\b/i.test(stmt.sql)
    const repeatable = this.#readsOnly || isPlainRead
    // What is not committed is rolled back when the stream ends.
    const first = this.#readsOnly && !isPlainRead ? 'BEGIN' : this.#foreignKeys
    const steps = first === undefined ? [{ stmt }] : [step(first), after(0, stmt)]
    return this.#whileBusy(async () => {
      const stream = this.#channel.openStream()
      return lastResult(await stream.batch(steps, { repeatable, last: true }))
    })
  }

  /** A stream on which a transaction has begun. */
  #streamAfter(...steps: HranaStep[]): Promise<HranaStream> {
    return this.#whileBusy(async () => {
      const stream = this.#channel.openStream()
      const { step_errors } = await stream.batch(steps, { repeatable: true, last: false })
      const refused = step_errors.find(error => error !== null)
      if (refused === undefined || refused === null) return stream
      await stream.close()
      throw statementError(refused)
    })
  }

  async #inStream(stream: HranaStream, stmt: HranaStatement): Promise<HranaResult> {
    const { step_results, step_errors } = await this.#whileOpen(stream, [{ stmt }])
    refuseErrors(step_errors)
    return step_results[0] as HranaResult
  }

  async #allInStream(stream: HranaStream, all: readonly BatchStatement[]): Promise<void> {
    const [first, ...rest] = all.map(({ sql, args = [] }, index) =>
      index === 0 ? { stmt: withoutRows(sql, args) } : after(index - 1, withoutRows(sql, args)),
    )
    if (first === undefined) return
    const { step_errors } = await this.#whileOpen(stream, [first, ...rest])
    const index = step_errors.findIndex(error => error !== null)
    const error = step_errors[index]
    if (error !== undefined && error !== null)
      throw new StatementError(index, statementError(error))
  }

  /** @returns why it was refused, when that may be for foreign-key violations */
  async #commit(stream: HranaStream, before: Violations): Promise<DbfleetError | undefined> {
    const check =
      this.#options.restoring === undefined ? refuseNewViolationsStep(before) : step('SELECT 1')
    const steps = [check, after(0, 'COMMIT')] as const
    const { step_errors } = await this.#whileOpen(stream, steps)
    if (step_errors[0]) return statementError(step_errors[0])
    refuseErrors(step_errors)
    await stream.close()
    return undefined
  }

  /**
   * Runs steps in the stream's transaction, or none when that has ended: a conflict may have rolled
   * it back, and what was run then would be committed by itself.
   *
   * @throws DbfleetError `transaction-ended`; others
   */
  async #whileOpen(
    stream: HranaStream,
    [first, ...rest]: readonly [HranaStep, ...HranaStep[]],
  ): Promise<HranaBatchResult> {
    try {
      const condition = { type: 'not', cond: { type: 'is_autocommit' } } as const
      const steps = [{ ...first, condition }, ...rest]
      const result = await stream.batch(steps, { repeatable: false, last: false })
      if (result.step_results[0] || result.step_errors[0]) return result
      throw transactionEnded()
    } catch (error) {
      throw this.translate(error)
    }
  }

  async #inSteps(
    statements: readonly BatchStatement[],
    options: TransactionOptions,
  ): Promise<void> {
    const transaction = await this.begin(options)
    try {
      for (const [index, { sql, args }] of statements.entries()) {
        await transaction.run(sql, args).catch(error => {
          throw new StatementError(index, this.translate(error))
        })
      }
      await transaction.commit()
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  async findRefused(statements: readonly BatchStatement[]): Promise<StatementError | undefined> {
    if ((await this.#parse(statements)) === undefined) return undefined
    // The server parses all statements before it runs one, and does not say which it refuses.
    for (const [index, statement] of statements.entries()) {
      const refused = await this.#parse([statement])
      if (refused !== undefined) return new StatementError(index, refused)
    }
    return undefined
  }

  /** @returns why the server does not take these statements, none of which is run */
  async #parse(statements: readonly BatchStatement[]): Promise<DbfleetError | undefined> {
    const never = { type: 'error', step: 0 } as const
    const steps = statements.map(({ sql }): HranaStep => ({ ...step(sql), condition: never }))
    const stream = this.#channel.openStream()
    try {
      await stream.batch([step('SELECT 1'), ...steps], { repeatable: true, last: true })
      return undefined
    } catch (error) {
      if (error instanceof StreamError) return this.translate(error)
      throw this.translate(error)
    }
  }

  /** The server itself waits for a tenth of a second only. */
  async #whileBusy<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#options.busyTimeoutMs
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        const known = this.translate(error)
        if (known.code !== 'busy' || performance.now() >= deadline) throw known
        await delay(PAUSE_WHILE_BUSY_MS * (0.5 + Math.random()))
      }
    }
  }
}

async function kyselyOn(run: RunHrana, nested: boolean): Promise<AnyKysely> {
  const { remoteKysely } = await import('./remote-kysely.js')
  return remoteKysely(run, { nested })
}
