import type { FleetReport } from '../report/fleet-report.js'
import { formatCount, formatDuration } from './format.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { wrap } from './wrap.js'

type Ending = Pick<FleetReport, 'durationMs' | 'interrupted'>

/** A part of the closing line, such as `2 failed`. */
export interface Tally {
  count: number
  words: string
  tone?: Tone
}

/** The last line of a report: `198 ok, 2 failed in 0.4 s`, or how far an interrupted run came. */
export function closingLine(
  report: Ending & Pick<FleetReport, 'summary'>,
  screen: Screen,
): string[] {
  const { ok, failed, skipped, notRun } = report.summary
  const tallies: Tally[] = [
    { count: ok, words: 'ok' },
    { count: skipped, words: 'skipped', tone: 'attention' },
    { count: notRun, words: 'not run', tone: 'attention' },
    { count: failed, words: 'failed', tone: 'bad' },
  ]
  return closeWith(tallies, report, screen)
}

/** The last line of a report that counts in its own words. */
export function closeWith(tallies: readonly Tally[], ending: Ending, screen: Screen): string[] {
  const counts = tallies
    .filter(({ count }) => count > 0)
    .map(({ count, words, tone }) => {
      const text = unbroken(`${formatCount(count)} ${words}`)
      return tone === undefined ? text : paint(text, tone, screen.colours)
    })
    .join(', ')
  const time = unbroken(formatDuration(ending.durationMs))
  const interrupted = paint('Interrupted', 'attention', screen.colours)
  const sentence = ending.interrupted
    ? `${interrupted} after ${time}: ${counts || 'nothing was run'}.`
    : `${counts || 'nothing done'} in ${time}`
  return wrap(sentence, screen.width).map(line => line.replaceAll(NO_BREAK, ' '))
}

/** Stands for a space at which a line is not to be broken, nor a colour with it. */
const NO_BREAK = '\u00a0'

function unbroken(text: string): string {
  return text.replaceAll(' ', NO_BREAK)
}
