import type { WaveRow } from '../report/wave-rows.js'
import { formatCount, formatDuration, plural } from './format.js'
import { type Cell, renderTable } from './table.js'
import type { Screen } from './terminal.js'

const COLUMNS = [
  { header: 'WAVE' },
  { header: 'BEGAN (UTC)' },
  { header: 'TOOK' },
  { header: 'OK' },
  { header: 'FAILED' },
  { header: 'SKIPPED' },
  { header: 'NOT RUN' },
  { header: 'HEALTH' },
] as const

/** Of more than so many, those that went well are one line. */
const MOST_WAVES = 12
const INDENT = 2

/** How the waves of a run went, a line each; nothing of a run without. */
export function waveTable(waves: readonly WaveRow[], screen: Screen): string[] {
  if (waves.length === 0) return []
  const shown = waves.length <= MOST_WAVES ? waves : worthSeeing(waves)
  const others = waves.filter(wave => !shown.includes(wave))
  const narrower = { ...screen, width: screen.width - INDENT }
  const lines = renderTable(COLUMNS, shown.map(cellsOf), narrower)
  return [...lines, ...rest(others)].map(line => ' '.repeat(INDENT) + line)
}

/** The first and the last one that began, what went wrong, and what comes next. */
function worthSeeing(waves: readonly WaveRow[]): readonly WaveRow[] {
  const begun = waves.filter(({ startedAt }) => startedAt !== null)
  const next = waves.find(({ startedAt }) => startedAt === null)
  const edges = new Set([waves[0], begun.at(-1), next])
  return waves
    .filter(wave => edges.has(wave) || wave.failed > 0 || wave.health?.status === 'failed')
    .slice(0, MOST_WAVES)
}

function rest(waves: readonly WaveRow[]): string[] {
  if (waves.length === 0) return []
  const sum = (count: (wave: WaveRow) => number) =>
    waves.reduce((all, wave) => all + count(wave), 0)
  const parts = (
    [
      [sum(({ ok }) => ok), 'ok'],
      [sum(({ failed }) => failed), 'failed'],
      [sum(({ skipped }) => skipped), 'skipped'],
      [sum(({ notRun }) => notRun), 'not run'],
    ] as const
  ).flatMap(([count, word]) => (count > 0 ? [`${formatCount(count)} ${word}`] : []))
  return [`and ${plural(waves.length, 'other wave')}: ${parts.join(', ')}; --json tells all`]
}

function cellsOf({
  name,
  startedAt,
  endedAt,
  ok,
  failed,
  skipped,
  notRun,
  health,
}: WaveRow): Cell[] {
  const took =
    startedAt === null || endedAt === null ? '' : Date.parse(endedAt) - Date.parse(startedAt)
  return [
    name,
    startedAt === null ? '' : startedAt.slice(0, 19).replace('T', ' '),
    took === '' ? '' : formatDuration(took),
    formatCount(ok),
    { text: formatCount(failed), tone: failed > 0 ? 'bad' : 'aside' },
    { text: formatCount(skipped), tone: skipped > 0 ? 'attention' : 'aside' },
    { text: formatCount(notRun), tone: notRun > 0 ? 'attention' : 'aside' },
    health === undefined
      ? ''
      : { text: health.status, tone: health.status === 'failed' ? 'bad' : 'good' },
  ]
}
