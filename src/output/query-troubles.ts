import { causeOf } from '../report/cause.js'
import type { ErrorReport } from '../report/error-report.js'
import type { QueryReport } from '../report/query-rows.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { listNames } from './names.js'

const MOST_CAUSES = 10

/** Why databases gave no rows, or not all, once for each cause; for standard error. */
export function queryTroubles({ databases }: QueryReport): ErrorReport[] {
  const failed = databases.filter(({ status }) => status === 'failed')
  const groups = groupRows(failed, causeOf)
  const troubles = groups.slice(0, MOST_CAUSES).map(({ rows }): ErrorReport => {
    const error = rows[0]?.error ?? { code: 'bug', message: 'failed' }
    return { ...error, message: `${listNames(rows.map(({ name }) => name))}: ${error.message}` }
  })
  const hidden = groups.slice(MOST_CAUSES)
  const code = hidden[0]?.rows[0]?.error?.code
  if (code === undefined) return troubles
  const count = hidden.reduce((total, { rows }) => total + rows.length, 0)
  const message = `${plural(count, 'more database')}, in ${plural(hidden.length, 'other way')}; --json tells all`
  return [...troubles, { code, message }]
}

/** How many rows came, from how many databases. */
export function queryTotals({ databases, summary, interrupted }: QueryReport): string {
  const rows = databases.reduce((count, row) => count + row.rows, 0)
  const came = `${plural(rows, 'row')} from ${plural(summary.ok, 'database')}`
  return interrupted ? `Interrupted; ${came}, ${formatCount(summary.notRun)} not run.` : came
}
