import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { at, B, projectsOn } from '../cli/projects.js'

const project = projectsOn('better-sqlite3')

it('says where a database stands that another run has migrated meanwhile', async () => {
  const cwd = project(['alice'])
  const holder = new Database(at(cwd, 'alice'))
  holder.exec('BEGIN IMMEDIATE')
  const runs = await Promise.all(
    [1, 2].map(async () => {
      const fleet = await openFleet({ cwd })
      let finished: ReturnType<typeof fleet.up> | undefined
      await new Promise<void>(resolve => {
        finished = fleet.up({
          busyTimeoutMs: 30_000,
          onProgress: ({ phase, done }) => {
            if (phase === 'reading' && done === 1) resolve()
          },
        })
      })
      return { finished }
    }),
  )
  holder.exec('COMMIT')
  holder.close()
  const reports = await Promise.all(runs.map(({ finished }) => finished))
  const rows = reports.map(report => report?.databases[0])
  expect(rows).toMatchObject([{ position: B }, { position: B }])
  expect(rows.map(row => row?.applied?.length).sort()).toEqual([0, 2])
})
