import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { A, at, B, ENGINES, json, projectsOn } from './projects.js'
import { stateOf } from './sqlite-files.js'

const OLD = { tables: [] as string[], ledger: [] as string[] }
const NEW = { tables: ['a', 'b'], ledger: [A, B] }

/** Does something while a database is locked, until it is done or calls `unlock`. */
async function onLocked<T>(
  path: string,
  lock: 'IMMEDIATE' | 'EXCLUSIVE',
  use: (unlock: () => void) => Promise<T>,
): Promise<T> {
  const db = new Database(path)
  const unlock = () => {
    if (db.inTransaction) db.exec('ROLLBACK')
  }
  db.exec(`BEGIN ${lock}`)
  try {
    return await use(unlock)
  } finally {
    unlock()
    db.close()
  }
}

describe.each(ENGINES)('on %s', engine => {
  const project = projectsOn(engine)

  describe('a locked database', () => {
    it('is waited for as long as --busy-timeout says, then reported, and the others are done', async () => {
      const cwd = project(['alice', 'bob'])
      const began = performance.now()
      const { status, document } = await onLocked(at(cwd, 'alice'), 'IMMEDIATE', () =>
        json(cwd, ['up', '--all', '--busy-timeout', '700ms']),
      )
      expect(performance.now() - began).toBeGreaterThan(700)
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        {
          name: 'alice',
          status: 'failed',
          applied: [],
          error: {
            code: 'busy',
            message: expect.stringContaining('0.7 s'),
            hint: expect.stringContaining('--busy-timeout'),
          },
        },
        { name: 'bob', status: 'ok', applied: [A, B] },
      ])
      expect(stateOf(at(cwd, 'alice'))).toEqual({ integrity: 'ok', ...OLD })
      expect(await json(cwd, ['up', '--all'])).toMatchObject({ status: 0 })
      expect(stateOf(at(cwd, 'alice'))).toEqual({ integrity: 'ok', ...NEW })
    })

    it('that is let go in time is migrated', async () => {
      const cwd = project(['alice'])
      const { document } = await onLocked(at(cwd, 'alice'), 'EXCLUSIVE', async unlock => {
        setTimeout(unlock, 1500)
        return json(cwd, ['up', '--all', '--busy-timeout', '20s'])
      })
      expect(document.databases).toMatchObject([{ status: 'ok', applied: [A, B] }])
    })
  })
})
