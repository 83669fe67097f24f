import type { RunDatabaseRow, RunReport } from '../report/run-rows.js'
import type { WaveRow } from '../report/wave-rows.js'
import { printable } from './escape.js'
import { formatCount, formatDuration, plural } from './format.js'
import { migrationNames, positionName } from './migration-names.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { wrap } from './wrap.js'

/** Of more, `--json` tells. */
const MOST_SHOWN = 20
const TONES: Readonly<Record<RunDatabaseRow['status'], Tone>> = {
  ok: 'good',
  failed: 'bad',
  skipped: 'attention',
  'not-run': 'attention',
}

/** What a run did to some databases, a few lines each. */
export function renderRunDatabases({ databases, waves }: RunReport, screen: Screen): string[] {
  const more = databases.length - MOST_SHOWN
  return [
    ...databases.slice(0, MOST_SHOWN).flatMap(row => linesOf(row, waves, screen)),
    ...(more > 0 ? [`and ${formatCount(more)} more; --json tells all`] : []),
  ]
}

function linesOf(
  row: RunDatabaseRow,
  waves: readonly WaveRow[] | undefined,
  screen: Screen,
): string[] {
  const { name, status, wave, attempts, before, after, done, durationMs, error, backup } = row
  const { colours, width } = screen
  const line = (text: string) => wrap(text, width, '  ', 4)
  // What could not be read was in no wave, and stood nobody knows where.
  const inWave = attempts > 0 ? waves?.find(({ number }) => number === wave)?.name : undefined
  const words = [
    paint(status === 'not-run' ? 'not run' : status, TONES[status], colours),
    ...(inWave === undefined ? [] : [inWave]),
    ...(attempts > 1 ? [plural(attempts, 'attempt')] : []),
  ]
  const took = durationMs === null ? '' : ` in ${formatDuration(durationMs)}`
  return [
    ...wrap(`${colours.bold(printable(name))}: ${words.join(', ')}${took}`, width, '', 2),
    ...(after === undefined
      ? []
      : [...line(`was at ${positionName(before)}`), ...line(`then at ${positionName(after)}`)]),
    ...(done.length === 0 ? [] : line(`ran ${migrationNames(done, Infinity)}`)),
    ...(backup === undefined
      ? []
      : line(`backup ${printable(backup.object)} in ${printable(backup.set)}`)),
    ...(error === undefined ? [] : line(printable(error.message))),
    ...renderHint(error?.hint, 2, screen),
  ]
}
