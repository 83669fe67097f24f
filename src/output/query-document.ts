import type { QueryReport, QueryRows } from '../report/query-rows.js'
import { jsonText } from './json.js'
import { rowsAsJson } from './query-formats.js'

/**
 * The document of `query --json`, with the rows as they come and the rest when it is known. Nothing
 * is written before the first row, so that an error can be the document.
 */
export async function* queryDocument(
  pages: AsyncIterable<QueryRows>,
  report: Promise<QueryReport>,
): AsyncGenerator<Uint8Array> {
  const head = '{"schema":1,\n"command":"query",\n"rows":['
  let separator = `${head}\n`
  for await (const page of pages) {
    for (const row of rowsAsJson(page)) {
      yield Buffer.from(separator + row)
      separator = ',\n'
    }
  }
  const { schema: _, command: __, ...rest } = await report
  yield Buffer.from(separator === ',\n' ? '\n],\n' : `${head}],\n`)
  let isFirst = true
  for (const part of jsonText(rest)) {
    yield Buffer.from(isFirst ? part.slice(1) : part)
    isFirst = false
  }
}
