import { displayWidth } from './display-width.js'
import { formatCount, formatSeconds } from './format.js'
import type { Colors } from './tone.js'
import { truncate } from './truncate.js'

/** How far a run has come. */
export interface ProgressState {
  done: number
  total: number
  failed: number
}

const GAP = '  '

/**
 * `up  4,211/10,000  42%  3,900/s  1 s left  2 failed`, in at most `width` columns: where it is
 * too long, the rate goes first, then the time left, then the percentage, and never the failures.
 */
export function formatProgress(
  verb: string,
  { done, total, failed }: ProgressState,
  perSecond: number | undefined,
  { width, colours }: { width: number; colours: Colors },
): string {
  const count = `${formatCount(done)}/${formatCount(total)}`
  const percent = `${Math.floor((100 * done) / total)}%`
  const rate = perSecond === undefined ? '' : `${formatRate(perSecond)}/s`
  const left = perSecond ? `${formatSeconds(Math.ceil((total - done) / perSecond))} left` : ''
  const failures = failed === 0 ? '' : `${formatCount(failed)} failed`
  const candidates = [
    [verb, count, percent, rate, left],
    [verb, count, percent, left],
    [verb, count, percent],
    [verb, count],
  ].map(parts => parts.filter(part => part !== '').join(GAP))
  const tail = failures === '' ? '' : GAP + failures
  const fitting = candidates.find(line => displayWidth(line + tail) <= width)
  if (fitting === undefined) return truncate(candidates.at(-1) + tail, width)
  return tail === '' ? fitting : fitting + GAP + colours.red(failures)
}

function formatRate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))
}
