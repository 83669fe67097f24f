import { DbfleetError } from '../errors/dbfleet-error.js'

/**
 * The error for a text that is no dump, or not the whole of one.
 *
 * @param line where; `undefined` when it is the whole
 */
export function badDump(line: number | undefined, why: string): DbfleetError {
  const where = line === undefined ? '' : `line ${line}: `
  return new DbfleetError('bad-dump', `${where}${why}`, {
    hint: 'Nothing was restored. Dumps of dbfleet, `sqlite3 .dump`, `turso db shell .dump` and sqld are understood.',
  })
}
