import type { LaterChange, RunChange } from '../../control/read-changes.js'
import type { ErrorReport } from '../../report/error-report.js'

interface Undone {
  run: number
  /** Which way the run moved it. */
  direction: 'up' | 'down'
  change: RunChange
  /** What runs after this one did to it, oldest first. */
  later: readonly LaterChange[]
}

/**
 * Compares what a run did to a database with what its ledger holds now. Pure.
 *
 * @returns what takes it back, in order, nothing when that was done already; `undefined` when the run did nothing there; an error when others have changed it since
 */
export function judgeUndo(
  undone: Undone,
  ledger: readonly string[],
): { names: string[] } | { error: ErrorReport } | undefined {
  const { direction, change } = undone
  const present = new Set(ledger)
  const isStill = (name: string) => present.has(name) === (direction === 'up')
  const byOthers = (name: string) => lastRunOf(undone, name, direction)
  const candidates = change.isUncertain ? change.planned : change.done
  // What a later run had to do was not done by this one, or not any more.
  const again = candidates.filter(name => isStill(name) && byOthers(name) !== undefined)
  const own = candidates.filter(name => isStill(name) && byOthers(name) === undefined)
  if (own.length === 0) {
    if (change.isUncertain && change.done.length === 0) return undefined
    return again.length === 0 ? { names: [] } : { error: sinceError(undone, direction, again) }
  }

  const { applied, reverted } = changedSince(undone, own, ledger)
  if (applied.length > 0) return { error: sinceError(undone, 'up', applied) }
  if (reverted.length > 0) return { error: sinceError(undone, 'down', reverted) }
  const names = [...own].sort()
  return { names: direction === 'down' ? names : names.reverse() }
}

/** How the ledger differs from how the run left it. */
function changedSince(
  { direction, change: { before, planned, done, isComplete } }: Undone,
  own: readonly string[],
  ledger: readonly string[],
): { applied: string[]; reverted: string[] } {
  // What was planned and passed over had been done by another run meanwhile.
  const passedOver = isComplete ? planned.filter(name => !done.includes(name)) : []
  const mine = new Set([...own, ...passedOver])
  const known = new Set([...before, ...(direction === 'up' ? mine : [])])
  const applied = ledger.filter(name => !known.has(name))
  const present = new Set(ledger)
  const gone = before.filter(name => !present.has(name))
  return { applied, reverted: direction === 'up' ? gone : gone.filter(name => !mine.has(name)) }
}

function lastRunOf({ later }: Undone, name: string, direction: 'up' | 'down'): number | undefined {
  return later.findLast(each => each.direction === direction && each.names.includes(name))?.run
}

/** @param way what others did with the names */
function sinceError(undone: Undone, way: 'up' | 'down', names: readonly string[]): ErrorReport {
  const by = lastRunOf(undone, names.at(-1) ?? '', way)
  const what = `${names.join(', ')} ${names.length === 1 ? 'was' : 'were'} ${way === 'up' ? 'applied' : 'reverted'}`
  const first = way === 'up' ? 'Revert' : 'Apply'
  return {
    code: 'migrated-since',
    message: `after run ${undone.run}, ${what}${by === undefined ? '' : ` by run ${by}`}`,
    hint:
      by === undefined
        ? `Nothing was changed there. ${first} that first; no run of the journal did it.`
        : `Nothing was changed there. Take that back first: \`dbfleet undo ${by}\`.`,
  }
}
