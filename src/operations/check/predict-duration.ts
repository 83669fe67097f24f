/** How long one copy took. */
export interface Rehearsed {
  group: string
  bytes: number
  durationMs: number
}

/**
 * How long migrations will work on databases, in milliseconds, one after another. Each takes what the
 * fastest copy took, and for its size what the largest copy of its schema took beyond that; where its
 * schema was not rehearsed, what the slowest took for its size.
 *
 * @returns undefined when nothing was rehearsed
 */
export function predictDuration(
  databases: readonly { group: string; bytes: number }[],
  rehearsed: readonly Rehearsed[],
): number | undefined {
  if (rehearsed.length === 0) return undefined
  const least = Math.min(...rehearsed.map(({ durationMs }) => durationMs))
  const rates = new Map<string, number>()
  for (const { group, bytes, durationMs } of rehearsed.toSorted((a, b) => a.bytes - b.bytes)) {
    rates.set(group, (durationMs - least) / Math.max(1, bytes))
  }
  const worst = Math.max(...rates.values())
  return databases.reduce(
    (total, { group, bytes }) => total + least + bytes * (rates.get(group) ?? worst),
    0,
  )
}
