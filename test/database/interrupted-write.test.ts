import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { refuseInterruptedWrite } from '../../src/database/interrupted-write.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('a journal beside a database', () => {
  const directory = temporaryDirectories()

  it.each(['delete', 'persist', 'truncate'])(
    'that %s mode leaves after a commit is none',
    async mode => {
      const path = join(directory(), 'it.db')
      const db = new Database(path)
      db.pragma(`journal_mode = ${mode}`)
      db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
      await refuseInterruptedWrite(path, 0)
      db.pragma('cache_size = 1')
      db.exec(`BEGIN IMMEDIATE;
        WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200)
        INSERT INTO t SELECT randomblob(2000) FROM c`)
      await expect(refuseInterruptedWrite(path, 0)).rejects.toMatchObject({
        code: 'needs-recovery',
      })
      db.exec('ROLLBACK')
      await refuseInterruptedWrite(path, 0)
      db.close()
    },
  )

  it('is waited for as long as a lock would be', async () => {
    const path = join(directory(), 'it.db')
    writeFileSync(`${path}-journal`, 'a journal')
    const began = performance.now()
    await expect(refuseInterruptedWrite(path, 80)).rejects.toMatchObject({ code: 'needs-recovery' })
    expect(performance.now() - began).toBeGreaterThan(75)
    setTimeout(() => rmSync(`${path}-journal`), 60)
    await refuseInterruptedWrite(path, 10_000)
  })
})
