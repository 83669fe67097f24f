import type { MigrateReport } from '../report/migrate-rows.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { whyStopped } from './why-stopped.js'

/** Why a run ended before all was done, and how to go on or back; the last lines of a report. */
export function renderStop(
  { run, stopped, interrupted, summary }: MigrateReport,
  screen: Screen,
): string[] {
  const isUnfinished = stopped !== undefined || interrupted || summary.notRun > 0
  if (!isUnfinished) return []
  const why = whyStopped(stopped, screen)
  if (run === undefined) return why
  const ways = `\`dbfleet resume ${run}\` goes on, \`dbfleet undo ${run}\` takes back what was done.`
  return [...why, ...renderHint(ways, 0, screen)]
}
