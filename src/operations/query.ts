import type { RowPage } from '../database/database.js'
import { sizeOf } from '../database/row-pages.js'
import { UsageError } from '../errors/usage-error.js'
import type { Selection } from '../fleet/selection.js'
import type { ErrorReport } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { QueryReport, QueryRow, RowSink, SqlValue } from '../report/query-rows.js'
import { splitStatements } from '../sql/split-statements.js'
import { crashReport } from './members/crash.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { runOnMembers } from './members/run-on-members.js'
import { select } from './members/select.js'
import { InTurn } from './query/in-turn.js'
import type { QueryInit, QueryItem, QueryPage } from './query/query-job.js'

export interface QueryOptions extends Selection, Omit<RunControl, 'maxFailures'> {
  /** Values for the statement's `?`, in their order. */
  params?: readonly SqlValue[]
  /** True when rows of other columns than the first ones are a failure, as in one CSV. */
  sameColumns?: boolean
}

/** So many bytes of rows may wait for the databases whose turn it is. */
const MOST_WAITING = 16 << 20

/**
 * Runs one statement that only reads, by the engine's own word, on each database. Rows come in the
 * order of the databases' names, unless one is so slow that more than 16 MB wait for it.
 *
 * @throws UsageError `one-statement`; `not-read-only` when every database's engine says so
 */
export async function query(
  context: FleetContext,
  sql: string,
  options: QueryOptions,
  take: RowSink,
): Promise<QueryReport> {
  const began = performance.now()
  const statement = onlyStatement(sql)
  const members = await select(context, options, { changing: false })
  const unwanted = new AbortController()
  const signal = AbortSignal.any([unwanted.signal, ...(options.signal ? [options.signal] : [])])
  const rows = members.map(({ name }): QueryRow => ({ name, status: 'not-run', rows: 0 }))
  let thrown: { error: unknown } | undefined
  let columnsOfAll: string | undefined

  const give = async (index: number, page: RowPage) => {
    const row = rows[index]
    if (row === undefined || row.status === 'failed' || unwanted.signal.aborted) return
    const columns = distinct(page.columns)
    if (options.sameColumns === true) {
      columnsOfAll ??= JSON.stringify(columns)
      if (columnsOfAll !== JSON.stringify(columns)) return fail(row, otherColumns(columns))
    }
    row.rows += page.rows.length
    try {
      if ((await take({ database: row.name, columns, rows: page.rows })) === false) unwanted.abort()
    } catch (error) {
      thrown = { error }
      unwanted.abort()
    }
  }
  const turns = new InTurn<RowPage>(give, {
    most: MOST_WAITING,
    sizeOf: ({ rows }) => rows.reduce((bytes, row) => bytes + sizeOf(row), 64),
  })
  const init: QueryInit = {
    sql: statement,
    args: options.params ?? [],
    busyTimeoutMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<QueryItem, QueryPage>(
    context,
    members,
    {
      phase: 'query',
      spec: { name: 'query', init },
      item: (target, index) => ({ index, target }),
      crashed: message => ({ error: crashReport(message) }),
      // A statement may take any time, which this thread has not: it listens for Ctrl-C.
      reads: false,
      async deliver(index, result, { last }) {
        await turns.put(index, 'error' in result ? undefined : result, { last })
        return 'error' in result ? result : { columns: [], rows: [] }
      },
    },
    { ...options, signal },
  )
  await turns.end()
  if (thrown !== undefined) throw thrown.error
  for (const [index, result] of results.entries()) {
    const row = rows[index]
    if (row === undefined || result === undefined || row.status === 'failed') continue
    if ('error' in result) fail(row, result.error)
    else row.status = 'ok'
  }
  refuseChange(rows)
  return {
    schema: 1,
    command: 'query',
    sql: statement,
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

function fail(row: QueryRow, error: ErrorReport): void {
  row.status = 'failed'
  row.error = error
}

function onlyStatement(sql: string): string {
  const statements = splitStatements(sql)
  const [first, second] = statements
  if (first !== undefined && second === undefined) return first.sql
  throw new UsageError(
    'one-statement',
    first === undefined
      ? 'there is no statement in the SQL that is given'
      : `a query is one statement; ${statements.length} are given`,
    { hint: 'For instance: dbfleet query "SELECT count(*) FROM notes"' },
  )
}

/** What no database would run is a mistake in the command line, and no failure of databases. */
function refuseChange(rows: readonly QueryRow[]): void {
  const [first] = rows
  if (first?.error?.code !== 'not-read-only') return
  if (!rows.every(({ error }) => error?.code === 'not-read-only')) return
  const { code, message, hint } = first.error
  throw new UsageError(code, message, hint === undefined ? {} : { hint })
}

function otherColumns(columns: readonly string[]): ErrorReport {
  return {
    code: 'other-columns',
    message: `its columns are others than those of the rows before: ${columns.join(', ')}`,
    hint: 'Name the columns in the statement, or take another --format.',
  }
}

function distinct(columns: readonly string[]): string[] {
  const counts = new Map<string, number>()
  const taken = new Set(columns)
  return columns.map(name => {
    let count = (counts.get(name) ?? 0) + 1
    if (count > 1) while (taken.has(`${name}:${count}`)) count += 1
    counts.set(name, count)
    return count === 1 ? name : `${name}:${count}`
  })
}
