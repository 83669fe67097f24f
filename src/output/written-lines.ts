import type { WrittenSince } from '../report/undo-rows.js'
import { printable } from './escape.js'
import { formatCount } from './format.js'

const MOST_SHOWN = 5

/** `3 of 40 have been written to since: alice (+12 rows in notes), …`; nothing when none was. */
export function writtenLines(
  databases: readonly { name: string; written?: WrittenSince }[],
): string[] {
  const written = databases.flatMap(({ name, written }) =>
    written === undefined ? [] : [`${printable(name)} (${howWritten(written)})`],
  )
  if (written.length === 0) return []
  const more = written.length - MOST_SHOWN
  const shown = written.slice(0, MOST_SHOWN).join(', ')
  const rest = more > 0 ? ` and ${formatCount(more)} more` : ''
  const have = written.length === 1 ? 'has' : 'have'
  return [
    `${formatCount(written.length)} of ${formatCount(databases.length)} ${have} been written to since: ${shown}${rest}`,
  ]
}

function howWritten({ tables }: WrittenSince): string {
  if (tables.length === 0) return 'its file'
  return tables
    .map(({ table, more }) => {
      const rows = Math.abs(more) === 1 ? 'row' : 'rows'
      return `${more > 0 ? '+' : '−'}${formatCount(Math.abs(more))} ${rows} in ${printable(table)}`
    })
    .join(', ')
}
