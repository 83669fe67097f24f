import type { QueryRows, SqlValue } from '../report/query-rows.js'
import { printable } from './escape.js'
import { textOfValue } from './row-value.js'
import { type Cell, layOutTable } from './table.js'
import type { Screen } from './terminal.js'
import { truncate } from './truncate.js'

/** So many rows are looked at for the widths of the columns. */
const SAMPLE = 1_000
/** Longer cells are cut, in columns; before that, in characters, since they may be huge. */
const WIDEST_CELL = 100
const LONGEST_CELL = 1_000

/** A table under a header; another one where the columns change. */
export async function* queryTable(
  pages: AsyncIterable<QueryRows>,
  screen: Screen,
): AsyncGenerator<Iterable<string>> {
  let columns: readonly string[] = []
  let sample: Cell[][] = []
  let line: ((cells: readonly Cell[]) => string) | undefined
  let isFirst = true
  function* header(): Generator<string> {
    if (line !== undefined || columns.length === 0) return
    const layout = layOutTable(
      ['database', ...columns].map(column => ({ header: cut(printable(column)) })),
      sample,
      screen,
    )
    if (!isFirst) yield ''
    isFirst = false
    yield layout.header
    line = layout.line
    yield* sample.map(line)
    sample = []
  }
  for await (const page of pages) {
    if (page.columns.join('\0') !== columns.join('\0')) {
      yield header()
      columns = page.columns
      line = undefined
    }
    const cells = page.rows.map(row => [cut(printable(page.database)), ...row.map(cellOf)])
    if (line !== undefined) {
      yield cells.map(line)
      continue
    }
    sample.push(...cells)
    if (sample.length >= SAMPLE) yield header()
  }
  yield header()
}

function cellOf(value: SqlValue): Cell {
  if (value === null) return { text: 'NULL', tone: 'aside' }
  const short = value instanceof Uint8Array ? value.subarray(0, LONGEST_CELL) : value
  return cut(printable(textOfValue(short).slice(0, LONGEST_CELL)))
}

function cut(text: string): string {
  return truncate(text, WIDEST_CELL)
}
