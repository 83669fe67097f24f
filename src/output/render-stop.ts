import type { MigrateReport } from '../report/migrate-rows.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { whyStopped } from './why-stopped.js'

/** Why a run ended before all was done, and how to go on or back; the last lines of a report. */
export function renderStop(
  { run, stopped, interrupted, summary, databases }: MigrateReport,
  screen: Screen,
): string[] {
  const isUnfinished = stopped !== undefined || interrupted || summary.notRun > 0
  if (!isUnfinished) return []
  const why = whyStopped(stopped, screen)
  if (run === undefined) return why
  const isAnyDone = databases.some(
    ({ applied = [], reverted = [] }) => applied.length + reverted.length > 0,
  )
  const back = isAnyDone ? `, \`dbfleet undo ${run}\` takes back what was done` : ''
  return [...why, ...renderHint(`\`dbfleet resume ${run}\` goes on${back}.`, 0, screen)]
}
