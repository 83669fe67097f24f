import { median } from './statistics.mjs'

/**
 * What a ratio should be, such as at most 1.3.
 *
 * @typedef {{ atMost: number } | { atLeast: number }} Target
 */

/**
 * A Markdown table whose columns line up; all but the first are to the right.
 *
 * @param {string[]} headers
 * @param {string[][]} rows
 */
export function table(headers, rows) {
  const widths = headers.map((header, i) =>
    Math.max(3, header.length, ...rows.map(row => row[i].length)),
  )
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  const line = cells => `| ${cells.map(pad).join(' | ')} |\n`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return line(headers) + line(rule) + rows.map(line).join('')
}

/**
 * Median times, and what they are per database.
 *
 * @param {import('./measure.mjs').Runs[]} runs
 */
export function timesTable(runs) {
  const ofFleets = runs.some(({ databases }) => databases !== undefined)
  const headers = ofFleets ? ['', 'databases', 'median', 'per database'] : ['', 'median']
  const rows = runs.map(({ label, databases, ms }) => {
    const time = formatTime(median(ms))
    if (!ofFleets) return [label, time]
    return [label, whole(databases), time, `${whole((median(ms) * 1000) / databases)} µs`]
  })
  return table(headers, rows)
}

/**
 * Ratios of pairs of runs: the smallest, the median and the largest, and whether the median is what
 * it should be.
 *
 * @param {{ label: string, ratios: number[], target?: Target }[]} comparisons
 */
export function ratiosTable(comparisons) {
  const rows = comparisons.map(({ label, ratios, target }) => {
    const middle = median(ratios)
    const figures = [Math.min(...ratios), middle, Math.max(...ratios)].map(formatRatio)
    return [label, ...figures, ...(target === undefined ? ['', ''] : verdict(middle, target))]
  })
  return table(['ratio', 'min', 'median', 'max', 'target', ''], rows)
}

/**
 * @param {number} value
 * @param {Target} target
 * @param {(value: number) => string} [format]
 * @returns {[string, string]} the target in words, and whether it is met
 */
export function verdict(value, target, format = String) {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = target
  const words = 'atMost' in target ? `at most ${format(atMost)}` : `at least ${format(atLeast)}`
  return [words, value <= atMost && value >= atLeast ? 'met' : 'missed']
}

/** @param {number} n */
export function whole(n) {
  return Math.round(n).toLocaleString('en-US')
}

/** @param {number} ms */
export function formatTime(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${whole(ms * 1000)} µs`
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  return `${whole(bytes / 2 ** 20)} MiB`
}

function formatRatio(ratio) {
  return ratio >= 100 ? whole(ratio) : ratio.toFixed(ratio >= 10 ? 1 : 2)
}
