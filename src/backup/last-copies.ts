/** What a set has of databases; in the order of their age, the newest first. */
export interface SetOfCopies {
  set: string
  /** What tells databases apart, and whether the copy is proven. */
  copies: readonly { database: string; proven: boolean }[]
}

/**
 * The sets that would be removed although they have the last proven copy of a database, or the last one
 * of a database of which none is proven.
 *
 * @param sets the newest first
 * @param isKept whether a set stays anyway
 * @returns for whom each of them has to stay
 */
export function lastCopies(
  sets: readonly SetOfCopies[],
  isKept: (set: string) => boolean,
): Map<string, string[]> {
  const saved = new Map<string, string[]>()
  const remaining = new Set<string>()
  const everProven = new Set<string>()
  const isLast = (proven: boolean) => (copy: { database: string; proven: boolean }) =>
    copy.proven === proven && !remaining.has(copy.database)
  const save = ({ set, copies }: SetOfCopies, proven: boolean) => {
    const last = copies.filter(isLast(proven)).map(({ database }) => database)
    if (last.length > 0) saved.set(set, [...(saved.get(set) ?? []), ...last])
    for (const database of last) remaining.add(database)
  }
  for (const { set, copies } of sets) {
    for (const { database, proven } of copies) {
      if (!proven) continue
      everProven.add(database)
      if (isKept(set)) remaining.add(database)
    }
  }
  for (const one of sets) if (!isKept(one.set)) save(one, true)
  for (const { set, copies } of sets) {
    if (isKept(set) || saved.has(set)) {
      for (const { database } of copies) if (!everProven.has(database)) remaining.add(database)
    }
  }
  for (const one of sets) if (!isKept(one.set)) save(one, false)
  return saved
}
