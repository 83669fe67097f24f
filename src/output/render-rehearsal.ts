import type { Rehearsal, RehearsalReason, RehearsalRow } from '../report/check-report.js'
import { printable } from './escape.js'
import { formatBytes, formatDuration, plural } from './format.js'
import { renderTable } from './table.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

const REASONS: Record<RehearsalReason, string> = {
  schema: 'its schema',
  largest: 'the largest',
  oldest: 'the oldest',
}

/** What became of the copies, and how long the fleet will take. */
export function renderRehearsal(rehearsal: Rehearsal, screen: Screen): string[] {
  const { databases, pending, omittedSchemas, predicted } = rehearsal
  if (databases.length === 0) return ['  nothing is pending that could be rehearsed']
  const head = `rehearsed on copies of ${databases.length} of ${plural(pending, 'database')}:`
  return [
    ...wrap(head, screen.width, ''),
    ...renderTable(
      [{ header: 'database' }, { header: 'stands for' }, { header: 'outcome' }],
      databases.map(row => [
        printable(row.name),
        row.reasons.map(of => REASONS[of]).join(', '),
        outcomeOf(row),
      ]),
      { ...screen, width: screen.width - 2 },
    ).map(line => `  ${line}`),
    ...(omittedSchemas === 0
      ? []
      : wrap(
          `${plural(omittedSchemas, 'schema')} of fewer databases were not rehearsed`,
          screen.width,
          '  ',
        )),
    ...(predicted === undefined ? [] : wrap(predictionOf(pending, predicted), screen.width, '  ')),
  ]
}

function outcomeOf({
  status,
  durationMs = 0,
  bytesBefore = 0,
  bytesAfter = 0,
}: RehearsalRow): string {
  if (status !== 'ok') return status === 'failed' ? 'failed' : 'not run'
  const time = `applied in ${formatDuration(durationMs)}`
  if (bytesAfter === bytesBefore) return time
  return `${time}, ${formatBytes(bytesBefore)} became ${formatBytes(bytesAfter)}`
}

function predictionOf(
  pending: number,
  { durationMs, atOnce }: NonNullable<Rehearsal['predicted']>,
): string {
  const manner = atOnce === 1 ? 'one after another' : `${atOnce} at once`
  return `all ${plural(pending, 'database')}, ${manner}: done in about ${formatDuration(durationMs)}`
}
