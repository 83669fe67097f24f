import type { DumpReport } from '../report/dump-rows.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { renderOnlyOutcome } from './outcomes.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What `dump --out` wrote. */
export function renderDump({ databases }: DumpReport, screen: Screen): string[] {
  return databases.flatMap(row => {
    const { name, status, tables, bytes, file } = row
    if (status !== 'ok') {
      return unfinishedOutcomes([row]).flatMap(outcome => renderOnlyOutcome(name, outcome, screen))
    }
    const detail = () =>
      `${plural(tables, 'table')}, ${formatCount(bytes)} bytes (${printable(file ?? '')})`
    const outcome = { count: 1, tone: 'good', label: 'dumped', detail, names: [name] } as const
    return renderOnlyOutcome(name, outcome, screen)
  })
}
