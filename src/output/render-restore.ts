import type { RestoreReport } from '../report/restore-rows.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { renderOnlyOutcome } from './outcomes.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What `restore` made. */
export function renderRestore({ databases }: RestoreReport, screen: Screen): string[] {
  return databases.flatMap(row => {
    const { name, status, rows, url } = row
    if (status !== 'ok') {
      return unfinishedOutcomes([row]).flatMap(outcome => renderOnlyOutcome(name, outcome, screen))
    }
    const detail = () => `${plural(rows, 'row')} (${printable(url)})`
    const outcome = { count: 1, tone: 'good', label: 'restored', detail, names: [name] } as const
    return renderOnlyOutcome(name, outcome, screen)
  })
}
