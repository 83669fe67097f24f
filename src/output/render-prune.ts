import type { PruneReport, PruneRow, UnfinishedRow } from '../report/prune-report.js'
import { printable } from './escape.js'
import { formatCount, formatDuration, plural } from './format.js'
import { listNames } from './names.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { wrap } from './wrap.js'

/** So many sets of one fate are told; the newest and the oldest say most. */
const MOST_SHOWN = 30

/** Which sets stay, and why, and which go. */
export function renderPrune(report: PruneReport, screen: Screen): string[] {
  const { sets, unfinished, place, dryRun } = report
  const line = (label: string, tone: Tone, text: string) => {
    const gutter = `  ${paint(label, tone, screen.colours)}${' '.repeat(9 - label.length)}`
    return wrap(text, screen.width, gutter, 11)
  }
  const kept = sets.filter(({ removed }) => !removed)
  const removed = sets.filter(row => row.removed)
  return [
    screen.colours.bold(`prune: ${plural(sets.length, 'set')} in ${printable(place)}`),
    ...some(kept).flatMap(row => line('keep', 'good', `${printable(row.set)}  ${whyKept(row)}`)),
    ...more(kept, 'kept'),
    ...some(removed).flatMap(row => line('remove', 'attention', printable(row.set))),
    ...more(removed, 'removed'),
    ...unfinished.flatMap(row =>
      line(
        row.removed ? 'remove' : 'leave',
        row.removed ? 'attention' : 'aside',
        `${printable(row.set)}  unfinished, ${fateOf(row)}`,
      ),
    ),
    ...waiting(report, screen),
    ...wrap(closing(report, kept.length, removed.length), screen.width),
    ...(dryRun ? ['Nothing was removed: this is a dry run.'] : []),
  ]
}

function some(rows: readonly PruneRow[]): readonly PruneRow[] {
  return rows.slice(0, MOST_SHOWN)
}

function more(rows: readonly PruneRow[], fate: string): string[] {
  const count = rows.length - MOST_SHOWN
  return count > 0 ? [`  and ${formatCount(count)} more ${fate}; --json tells all`] : []
}

function whyKept({ reasons, lastCopyOf }: PruneRow): string {
  const rules = reasons
    .filter(reason => reason !== 'last-copy')
    .map(reason => WORDS[reason] ?? reason)
  const copies = lastCopyOf.length > 0 ? [`the last copy of ${listNames(lastCopyOf)}`] : []
  return [...rules, ...copies].join(', ') || 'not chosen'
}

const WORDS: Record<string, string> = { future: 'of a time that is yet to come' }

function fateOf({ state, host }: UnfinishedRow): string {
  switch (state) {
    case 'alive':
      return 'its backup goes on'
    case 'gone':
      return 'its backup died'
    case 'abandoned':
      return 'untouched for a week'
    default:
      return host === null ? 'of somebody unknown' : `of the machine ${printable(host)}`
  }
}

function waiting({ waitsFor, unfinished }: PruneReport, screen: Screen): string[] {
  if (waitsFor.length === 0) return []
  const isForeign = unfinished.some(({ set, state }) => state !== 'alive' && waitsFor.includes(set))
  return [
    ...wrap(
      `No object is removed while a backup may refer to it: ${listNames(waitsFor)}`,
      screen.width,
    ),
    ...renderHint(
      isForeign
        ? 'A later prune removes them; with --unfinished, now, if that backup is not running.'
        : 'A later prune removes them.',
      0,
      screen,
    ),
  ]
}

function closing(report: PruneReport, kept: number, removed: number): string {
  const { removedObjects, removedBytes, dryRun, durationMs } = report
  const objects = `${plural(removedObjects, 'object')} of ${formatCount(removedBytes)} bytes`
  const verb = dryRun ? 'to remove' : 'removed'
  const counts = `${formatCount(kept)} kept, ${formatCount(removed)} ${verb}`
  return `${counts}: ${objects} in ${formatDuration(durationMs)}`
}
