import { representatives } from '../members/representatives.js'

/** A database that a run has something to do on. */
export interface CanaryCandidate {
  name: string
  /** Equal where the ledgers are, and the schemas, if they are known. */
  group: string
  /** True when the user wants it to go first. */
  isNamed: boolean
  /** Of its file, where it is one. */
  bytes?: number | undefined
  /** When its file was made, where that is known, in milliseconds. */
  bornMs?: number | undefined
}

/**
 * Which databases go first: all that are named; then, up to `count` altogether, those that stand for
 * the others: of each group that none of the named is in the largest, the most common groups
 * first; the largest and the oldest of all; and an even spread over the rest, in their order. Always
 * the same for the same candidates.
 *
 * @returns names, in the order of the candidates
 */
export function chooseCanary(candidates: readonly CanaryCandidate[], count: number): string[] {
  const chosen = new Set(candidates.filter(({ isNamed }) => isNamed))
  const add = (candidate: CanaryCandidate) => {
    if (chosen.size < count) chosen.add(candidate)
  }
  const covered = new Set([...chosen].map(({ group }) => group))
  for (const { candidate, reason } of representatives(candidates, { isLarger, isOlder })) {
    if (reason !== 'schema' || !covered.has(candidate.group)) add(candidate)
  }
  const rest = candidates.filter(candidate => !chosen.has(candidate))
  for (const candidate of spread(rest, count - chosen.size)) add(candidate)
  return candidates.filter(candidate => chosen.has(candidate)).map(({ name }) => name)
}

function isLarger(a: CanaryCandidate, b: CanaryCandidate): boolean {
  return (a.bytes ?? -1) > (b.bytes ?? -1)
}

function isOlder(a: CanaryCandidate, b: CanaryCandidate): boolean {
  return (a.bornMs ?? Infinity) < (b.bornMs ?? Infinity)
}

/** So many of a list, at even distances; all when there are no more. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (count >= list.length) return [...list]
  return Array.from(
    { length: Math.max(0, count) },
    (_, index) => list[Math.floor(((index + 0.5) * list.length) / count)] as T,
  )
}
