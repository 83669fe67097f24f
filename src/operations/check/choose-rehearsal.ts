import type { RehearsalReason } from '../../report/check-report.js'
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
  const groups = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const group = groups.get(candidate.group) ?? []
    group.push(candidate)
    groups.set(candidate.group, group)
  }
  const common = [...groups.values()].sort((a, b) => b.length - a.length).slice(0, MOST_GROUPS)
  const reasons = new Map<string, RehearsalReason[]>()
  const add = (candidate: Candidate | undefined, reason: RehearsalReason) => {
    if (candidate === undefined) return
    reasons.set(candidate.name, [...(reasons.get(candidate.name) ?? []), reason])
  }
  for (const group of common) add(best(group, isLarger), 'schema')
  add(best(candidates, isLarger), 'largest')
  add(best(candidates, isOlder), 'oldest')
  const order = new Map(candidates.map(({ name }, index) => [name, index]))
  return new Map([...reasons].sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)))
}

/** The first one that no other beats. */
function best(
  candidates: readonly Candidate[],
  beats: (a: Candidate, b: Candidate) => boolean,
): Candidate | undefined {
  let found: Candidate | undefined
  for (const candidate of candidates) {
    if (found === undefined || beats(candidate, found)) found = candidate
  }
  return found
}

function isLarger(a: Candidate, b: Candidate): boolean {
  return a.bytes > b.bytes
}

/** One without a ledger has no age. */
function isOlder(a: Candidate, b: Candidate): boolean {
  return a.since !== null && (b.since === null || a.since < b.since)
}
