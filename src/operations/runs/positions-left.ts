import type { RunPlan, RunResult } from '../../control/read-runs.js'
import { positionAfter } from './migrate-report.js'

/**
 * Where a run left databases, as far as was recorded.
 *
 * @returns for a result of the run: the newest migration in its ledger, `null` for an empty one;
 * `undefined` when that is not known
 */
export function positionsLeft({
  plans,
  options,
}: Pick<RunPlan, 'plans' | 'options'>): (result: RunResult) => string | null | undefined {
  const known = new Map(
    plans.map(({ number, position, ledger, names }) => {
      const applied = ledger.map(({ name }) => name)
      return [number, { position, applied, names, present: new Set(applied) }]
    }),
  )
  return ({ plan, status, done }) => {
    const entry = known.get(plan ?? -1)
    if (entry === undefined || status === 'not-run') return undefined
    if (options.direction === 'redo' || options.restores === 'redo') return entry.position
    const isReverted = entry.names.some(name => entry.present.has(name))
    // What another run has done meanwhile is done, too.
    const reached = status === 'ok' ? entry.names : done
    return positionAfter(isReverted ? 'down' : 'up', entry, reached)
  }
}
