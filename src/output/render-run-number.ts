import type { Recorded, Summary } from '../report/fleet-report.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { whyStopped } from './why-stopped.js'

/** Which run of the journal it was that did not go well, and why it stopped; its last lines. */
export function renderRunNumber(
  {
    run,
    stopped,
    interrupted,
    summary,
  }: Pick<Recorded, 'run' | 'stopped'> & { interrupted: boolean; summary: Summary },
  screen: Screen,
): string[] {
  const isWhole = !interrupted && stopped === undefined && summary.failed + summary.notRun === 0
  if (isWhole) return []
  const why = whyStopped(stopped, screen)
  if (run === undefined) return why
  const number = renderHint(
    `This was run ${run}: \`dbfleet runs show ${run}\` shows it.`,
    0,
    screen,
  )
  return [...why, ...number]
}
