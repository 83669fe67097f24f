import type { RehearsalReason } from '../../report/check-report.js'
import { representatives } from '../members/representatives.js'
import type { Measures } from './measure-job.js'

/** A database that migrations are pending on. */
export interface Candidate extends Pick<Measures, 'bytes' | 'since'> {
  name: string
  /** Equal where schema and ledger are. */
  group: string
}

/** So many different schemas are rehearsed, those of most databases first. */
export const MOST_GROUPS = 20

/**
 * Which databases stand for the others: of each different schema the largest, and the oldest, which
 * has seen most. The largest of all is among them.
 *
 * @returns names, in the order of the candidates, with the reasons
 */
export function chooseRehearsal(candidates: readonly Candidate[]): Map<string, RehearsalReason[]> {
  const reasons = new Map<string, RehearsalReason[]>()
  let groups = 0
  for (const { candidate, reason } of representatives(candidates, { isLarger, isOlder })) {
    if (reason === 'schema') groups += 1
    if (reason === 'schema' && groups > MOST_GROUPS) continue
    reasons.set(candidate.name, [...(reasons.get(candidate.name) ?? []), reason])
  }
  const order = new Map(candidates.map(({ name }, index) => [name, index]))
  return new Map([...reasons].sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)))
}

function isLarger(a: Candidate, b: Candidate): boolean {
  return a.bytes > b.bytes
}

/** One without a ledger has no age. */
function isOlder(a: Candidate, b: Candidate): boolean {
  return a.since !== null && (b.since === null || a.since < b.since)
}
