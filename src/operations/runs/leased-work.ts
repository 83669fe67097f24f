import type { ClaimedRow, Journal, RecordedRow } from '../../control/journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { errorClassOf } from '../../report/error-class.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { DatabaseResult } from '../../report/fleet-report.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { RunWork, type WorkResult } from './run-work.js'

/** What became of one of the databases: what a row of the report is made of, and where it was left. */
export interface Handled extends Pick<DatabaseResult, 'error'> {
  isSkipped?: boolean
  after?: string | null | undefined
  /** How long it took, in milliseconds. */
  ms?: number | undefined
}

/** Says what became of one database; at once, so that it is recorded whatever becomes of the others. */
export type TakeHandled<Item> = (item: Item, handled: Handled) => Promise<void>

/** What is to be done with databases that nobody else may work on meanwhile. */
export interface LeasedWork<Item> {
  items: readonly Item[]
  /** What the lease is on, which is another one for each. */
  nameOf(item: Item): string
  /** How many databases the run is about; without it, as many as there are items. */
  total?: number
  /** Those that have failed already. */
  settled?: readonly RecordedRow[]
  /** How many have nothing to do, by position. */
  idle?: Readonly<Record<string, number>>
  /** @param signal ends it early: nothing new is begun */
  act(items: readonly Item[], take: TakeHandled<Item>, signal: AbortSignal): Promise<void>
}

/** What it came to. */
export interface LeasedEnd {
  /** Why databases were not worked on, by what the lease is on: others held them. */
  refused: ReadonlyMap<string, ErrorReport>
  /** Why not all was done. */
  stopped?: ErrorReport
}

/** All that is free is claimed at once, since workers are started and disks flushed for all together. */
const CLAIM_SIZE = 10_000

/**
 * Does something with databases as a run, each of them under its lease. What others hold is waited for,
 * as long as for a lock.
 */
export async function onLeased<Item>(
  { config }: Pick<FleetContext, 'config'>,
  journal: Journal,
  { items, nameOf, total = items.length, settled = [], idle = {}, act }: LeasedWork<Item>,
  { signal, busyTimeoutMs }: Pick<RunControl, 'signal' | 'busyTimeoutMs'>,
): Promise<LeasedEnd> {
  const byName = new Map(items.map(item => [nameOf(item), item]))
  const plan = { number: 0, position: null, ledger: [], names: [] }
  const rows = [...byName.keys()].map(database => ({ database, wave: 0, plan: plan.number }))
  await journal.plan([plan], rows, { total, idle })
  await journal.settle(settled)
  await journal.open()
  await using work = new RunWork(journal, {
    signal,
    failedBefore: 0,
    patienceMs: busyTimeoutMs ?? config.busyTimeoutMs,
    hasVanished: async () => false,
    unknown: 'others',
    retried: [],
    claimSize: CLAIM_SIZE,
  })
  const over = new AbortController()
  const ending = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  for (let claimed = await work.next(); claimed.length > 0; claimed = await work.next()) {
    const rowOf = new Map<Item, ClaimedRow>(
      claimed.map(row => [byName.get(row.database) as Item, row]),
    )
    const open = new Set(rowOf.keys())
    const take: TakeHandled<Item> = async (item, handled) => {
      const row = rowOf.get(item)
      if (row === undefined) throw new DbfleetError('bug', 'a result of what nobody was given')
      open.delete(item)
      await work.take(row, [], resultOf(handled))
      if (work.isOver()) over.abort()
    }
    await act([...rowOf.keys()], take, ending)
    // What was not reached is given back when the run ends; to wait for it would be to wait for oneself.
    if (ending.aborted || open.size > 0) break
  }
  await work.settle()
  const { stopped, results } = work
  const refused = new Map<string, ErrorReport>()
  for (const [name, { error }] of results) if (error?.code === 'leased') refused.set(name, error)
  return { refused, ...(stopped !== undefined && { stopped }) }
}

function resultOf({ error, isSkipped, after, ms }: Handled): WorkResult {
  return {
    done: [],
    ...(ms !== undefined && { ms }),
    ...(error !== undefined && { error }),
    ...(isSkipped === true && { isSkipped }),
    ...(typeof after === 'string' && { after }),
  }
}

/** What is recorded of databases that failed before anybody worked on them. */
export function failedAlready(rows: readonly DatabaseResult[]): RecordedRow[] {
  return rows.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [{ database: name, state: 'failed', error, errorClass: errorClassOf(error.code) }],
  )
}
