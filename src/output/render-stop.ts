import type { MigrateReport } from '../report/migrate-rows.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint } from './tone.js'
import { wrap } from './wrap.js'

/** Why a run ended before all was done, and how to go on or back; the last lines of a report. */
export function renderStop(
  { run, stopped, interrupted, summary }: MigrateReport,
  screen: Screen,
): string[] {
  const isUnfinished = stopped !== undefined || interrupted || summary.notRun > 0
  if (!isUnfinished) return []
  const why =
    stopped === undefined
      ? []
      : [
          ...wrap(
            `${paint('Stopped:', 'attention', screen.colours)} ${printable(stopped.message)}`,
            screen.width,
          ),
          ...renderHint(stopped.hint, 0, screen),
        ]
  if (run === undefined) return why
  const ways = `\`dbfleet resume ${run}\` goes on, \`dbfleet undo ${run}\` takes back what was done.`
  return [...why, ...renderHint(ways, 0, screen)]
}
