import type { QueryRows } from '../report/query-rows.js'
import { jsonElement } from './json.js'
import { queryTable } from './query-table.js'
import { csvOfValue, jsonOfValue } from './row-value.js'
import type { Screen } from './terminal.js'

export const QUERY_FORMATS = ['table', 'jsonl', 'csv'] as const
export type QueryFormat = (typeof QUERY_FORMATS)[number]

/** Rows as text of a format, as they come. */
export async function* formatRows(
  format: QueryFormat,
  pages: AsyncIterable<QueryRows>,
  screen: Screen,
): AsyncGenerator<Uint8Array> {
  for await (const lines of linesOf(format, pages, screen)) {
    for (const line of lines) yield Buffer.from(`${line}\n`)
  }
}

function linesOf(
  format: QueryFormat,
  pages: AsyncIterable<QueryRows>,
  screen: Screen,
): AsyncIterable<Iterable<string>> {
  switch (format) {
    case 'table':
      return queryTable(pages, screen)
    case 'jsonl':
      return jsonLines(pages)
    case 'csv':
      return csvLines(pages, { forEyes: screen.isTTY })
  }
}

async function* jsonLines(pages: AsyncIterable<QueryRows>): AsyncGenerator<Iterable<string>> {
  for await (const page of pages) yield rowsAsJson(page)
}

/** Each row as an object with the database's name. By hand: an object would put column `1` first. */
export function* rowsAsJson({ database, columns, rows }: QueryRows): Generator<string> {
  const start = `{"database":${jsonElement(database)},"row":{`
  const keys = columns.map(column => `${jsonElement(column)}:`)
  for (const row of rows) {
    yield `${start}${row.map((value, i) => `${keys[i]}${jsonOfValue(value)}`).join(',')}}}`
  }
}

async function* csvLines(
  pages: AsyncIterable<QueryRows>,
  options: { forEyes: boolean },
): AsyncGenerator<Iterable<string>> {
  const line = (values: QueryRows['rows'][number]) =>
    values.map(value => csvOfValue(value, options)).join(',')
  let isFirst = true
  for await (const { database, columns, rows } of pages) {
    if (isFirst) yield [line(['database', ...columns])]
    isFirst = false
    yield rows.map(row => line([database, ...row]))
  }
}
