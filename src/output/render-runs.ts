import type { RunRow, RunsReport } from '../report/run-rows.js'
import { formatCount } from './format.js'
import { type Cell, renderTable } from './table.js'
import type { Screen } from './terminal.js'
import type { Tone } from './tone.js'

const COLUMNS = [
  { header: 'RUN' },
  { header: 'STARTED (UTC)' },
  { header: 'VERB' },
  { header: 'STATE' },
  { header: 'OK' },
  { header: 'FAILED' },
  { header: 'SKIPPED' },
  { header: 'NOT RUN' },
] as const

/** The newest runs, a line each; a pipe gets them with tabs and without a header. */
export function renderRuns({ runs }: RunsReport, screen: Screen): string[] {
  const cells = runs.map(cellsOf)
  if (!screen.isTTY) return cells.map(row => row.map(textOf).join('\t'))
  if (runs.length === 0) return ['Nothing was run yet.']
  return renderTable(COLUMNS, cells, screen)
}

function cellsOf(run: RunRow): Cell[] {
  const { id, startedAt, verb, state, ok, failed, skipped, notRun, inHand } = run
  return [
    String(id),
    startedAt.slice(0, 19).replace('T', ' '),
    verb,
    { text: state, tone: toneOf(state) },
    formatCount(ok),
    { text: formatCount(failed), tone: failed > 0 ? 'bad' : 'aside' },
    { text: formatCount(skipped), tone: skipped > 0 ? 'attention' : 'aside' },
    { text: formatCount(notRun + inHand), tone: notRun > 0 ? 'attention' : 'aside' },
  ]
}

/** The tone of a run's state. */
export function toneOf(state: RunRow['state']): Tone {
  if (state === 'done') return 'good'
  return state === 'running' ? 'aside' : state === 'failed' ? 'bad' : 'attention'
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
