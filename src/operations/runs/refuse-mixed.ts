import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import type { SurveyResult } from '../members/survey-job.js'
import { someDatabases } from './some-databases.js'

/**
 * Refuses databases whose newest migrations are different ones. "The newest" of a database that lags
 * behind, because an `up` failed there, is not the one that is meant, and has its data.
 *
 * @throws UsageError `mixed-positions` naming the migrations and databases
 */
export function refuseMixed(
  members: readonly Member[],
  positions: readonly (SurveyResult | undefined)[],
): void {
  const byNewest = new Map<string, string[]>()
  for (const [index, { name }] of members.entries()) {
    const result = positions[index]
    if (result === undefined || 'error' in result || result.position === null) continue
    const names = byNewest.get(result.position) ?? []
    names.push(name)
    byNewest.set(result.position, names)
  }
  if (byNewest.size < 2) return
  const groups = [...byNewest].map(([newest, names]) => `${newest} in ${someDatabases(names)}`)
  throw new UsageError(
    'mixed-positions',
    `the newest migration is not the same everywhere:\n${groups.join('\n')}`,
    {
      hint: 'Nothing was touched. Choose those that are alike with --db or --except; `dbfleet up` brings the others forward.',
    },
  )
}
