import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePieces } from '../../backup/load-image.js'
import { openDatabase } from '../../database/open-database.js'
import { parseSchema } from '../../schema/parse-schema.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { Schema } from '../../schema/schema.js'

/**
 * The schema of a page image, which is written to a scratch file for it.
 *
 * @throws what `pieces` throws; DbfleetError `needs-libsql` and what else opening it does
 */
export async function schemaOfImage(pieces: AsyncIterable<Uint8Array>): Promise<Schema> {
  const directory = await mkdtemp(join(tmpdir(), 'dbfleet-'))
  try {
    const path = join(directory, 'image.db')
    await writePieces(path, pieces)
    await using db = await openDatabase({ name: 'image', path }, { mode: 'read', busyTimeoutMs: 0 })
    return parseSchema(await readSchemaRows(db))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
