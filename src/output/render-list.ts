import type { ListReport } from '../report/list-rows.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { renderTable } from './table.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/** A terminal shows this many; a pipe gets all. */
const MOST_ROWS = 20

const COLUMNS = [
  { header: 'NAME' },
  { header: 'SOURCE' },
  { header: 'URL', keep: 'end' },
  { header: 'ENGINE' },
] as const

/**
 * The fleet. A pipe gets every database on a line of its own, its fields separated by tabs and
 * without a header, so that `cut`, `wc -l` and `xargs` work.
 */
export function renderList({ databases }: ListReport, screen: Screen): Iterable<string> {
  if (!screen.isTTY) return tabbed(databases)
  if (databases.length === 0) return ['The fleet has no databases.']
  const rows = databases.slice(0, MOST_ROWS).map(fieldsOf)
  return [...renderTable(COLUMNS, rows, screen), ...elided(databases, screen)]
}

function* tabbed(databases: ListReport['databases']): Generator<string> {
  for (const database of databases) yield fieldsOf(database).join('\t')
}

function fieldsOf({ name, source, url, engine }: ListReport['databases'][number]): string[] {
  return [printable(name), printable(source), printable(url), printable(engine)]
}

function elided(databases: ListReport['databases'], screen: Screen): string[] {
  const hidden = databases.length - MOST_ROWS
  if (hidden <= 0) return []
  const sources = groupRows(databases, ({ source }) => source)
  return [
    ...wrap(
      `… and ${formatCount(hidden)} more; a pipe gets all, as in dbfleet list | less`,
      screen.width,
    ).map(screen.colours.dim),
    ...sources
      .slice(0, MOST_ROWS)
      .flatMap(({ key, rows }) =>
        wrap(`${plural(rows.length, 'database')} from ${printable(key)}`, screen.width),
      ),
  ]
}
