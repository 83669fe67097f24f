import type { PlanReport } from '../report/plan-report.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/** So many names of the canary are shown; `--json` has all. */
const MOST_NAMES = 20

/** How a plan would go through the fleet; nothing where that would be all at once. */
export function renderWaves(
  { waves = [] }: Pick<PlanReport, 'waves'>,
  { width }: Screen,
): string[] {
  const [first] = waves
  if (first === undefined) return []
  const { databases = [] } = first
  const later = databases.length === 0 ? waves : waves.slice(1)
  const more = databases.length - MOST_NAMES
  const names = [
    ...databases.slice(0, MOST_NAMES).map(printable),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
  ]
  return [
    ...(databases.length === 0
      ? []
      : wrap(`canary of ${formatCount(first.total)}: ${names.join(', ')}`, width, '', 2)),
    ...wrap(
      sizes(
        later.map(({ total }) => total),
        databases.length > 0,
      ),
      width,
      '',
      2,
    ),
  ]
}

function sizes(totals: readonly number[], isAfter: boolean): string {
  const [most = 0] = totals
  const last = totals.at(-1) ?? 0
  const rest = last === most ? '' : `, the last one of ${formatCount(last)}`
  return `${isAfter ? 'then ' : ''}${plural(totals.length, 'wave')} of ${formatCount(most)}${rest}`
}
