/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * How many times as long `a` takes as `b`, round by round: what slows the machine for a minute
 * slows both of a pair. Where the numbers of databases differ, times per database are compared.
 *
 * @param {import('./measure.mjs').Runs} a
 * @param {import('./measure.mjs').Runs} b
 * @returns {number[]}
 */
export function ratios(a, b) {
  const scale = (b.databases ?? 1) / (a.databases ?? 1)
  return a.ms.map((ms, round) => (ms / b.ms[round]) * scale)
}
