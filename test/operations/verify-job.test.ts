import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/backup/store/open-store.js'
import { writeObject } from '../../src/backup/write-object.js'
import type { ObjectToProve } from '../../src/operations/backup/object-prover.js'
import { verifyJob } from '../../src/operations/sets/verify-job.js'
import { temporaryDirectories } from '../temporary-directory.js'

const TABLE = 'CREATE TABLE t (x);\n'
const ROW = 'INSERT INTO t(rowid,x) VALUES\n(1,2);\n'

describe('the proof of an object', () => {
  const directory = temporaryDirectories()

  /** An object of a text, and the digest of what the database is said to have held. */
  async function prove(text: string, content: string, extra = '') {
    const [set, scratch] = [directory(), directory()]
    async function* of(sql: string) {
      yield { bytes: Buffer.from('BEGIN TRANSACTION;\n'), content: false }
      yield { bytes: Buffer.from(sql), content: true }
      yield { bytes: Buffer.from(`${extra}COMMIT;\n`), content: false }
    }
    const store = await openStore({ kind: 'directory', path: set })
    const place = 'it.sql.gz'
    const { digest: _, ...object } = await writeObject(store, place, of(text), 'gzip')
    const { digest } = await writeObject(store, 'other.sql', of(content), 'none')
    const item: ObjectToProve = { name: 'it', place, object: { file: place, ...object }, digest }
    const job = await verifyJob({ store: store.spec, scratch }, 'thread')
    const outcome = await job.run(item)
    expect(readdirSync(scratch)).toEqual([])
    return outcome
  }

  it('holds when the restored database has the digest of what was read', async () => {
    expect(await prove(TABLE + ROW, TABLE + ROW)).toEqual({
      result: { sound: true },
      failed: false,
    })
  })

  it('fails when a row is another one, is missing, or is too much', async () => {
    for (const text of [
      TABLE + ROW.replace('2', '3'),
      TABLE,
      `${TABLE}${ROW}${ROW.replace('1', '7')}`,
    ]) {
      expect(await prove(text, TABLE + ROW)).toMatchObject({
        result: { error: { code: 'not-proven' } },
        failed: true,
      })
    }
  })

  it('fails when the object is no dump that can be restored', async () => {
    expect(await prove(TABLE, TABLE, "ATTACH 'x' AS y;\n")).toMatchObject({
      result: { error: { code: 'bad-dump' } },
      failed: true,
    })
  })
})
