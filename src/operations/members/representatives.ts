/** What a database stands for: all of its group, or what is special about it. */
export type Representation = 'schema' | 'largest' | 'oldest'

export interface Representative<Candidate> {
  candidate: Candidate
  reason: Representation
}

interface Orders<Candidate> {
  isLarger(a: Candidate, b: Candidate): boolean
  isOlder(a: Candidate, b: Candidate): boolean
}

/**
 * Which databases stand for the others: of each different group the largest, the most common groups
 * first; then the largest and the oldest of all. One may come several times. Always the same for the
 * same candidates.
 */
export function* representatives<Candidate extends { group: string }>(
  candidates: readonly Candidate[],
  { isLarger, isOlder }: Orders<Candidate>,
): Generator<Representative<Candidate>> {
  const [any] = candidates
  if (any === undefined) return
  for (const group of byGroup(candidates)) {
    yield { candidate: best(group, isLarger), reason: 'schema' }
  }
  yield { candidate: best([any, ...candidates], isLarger), reason: 'largest' }
  yield { candidate: best([any, ...candidates], isOlder), reason: 'oldest' }
}

type Some<T> = [T, ...T[]]

/** The most common first; of equally common ones, the one that is met first. */
function byGroup<Candidate extends { group: string }>(
  candidates: readonly Candidate[],
): Some<Candidate>[] {
  const groups = new Map<string, Some<Candidate>>()
  for (const candidate of candidates) {
    const group = groups.get(candidate.group)
    if (group === undefined) groups.set(candidate.group, [candidate])
    else group.push(candidate)
  }
  return [...groups.values()].sort((a, b) => b.length - a.length)
}

/** The first one that no other beats. */
function best<T>(candidates: Some<T>, beats: (a: T, b: T) => boolean): T {
  return candidates.reduce((found, each) => (beats(each, found) ? each : found))
}
