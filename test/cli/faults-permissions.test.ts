import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { A, at, B, ENGINES, json, projectsOn } from './projects.js'
import { startCli } from './run-cli.js'
import { snapshot } from './sqlite-files.js'

const isRoot = process.getuid?.() === 0

describe.each(ENGINES)('on %s', engine => {
  const makeProject = projectsOn(engine)
  const project = (names: readonly string[]) => {
    const source = { files: 'databases/*.db', ...(engine === 'libsql' && { engine }) }
    // What is refused is to be the databases, and not the journal beside them.
    const config = JSON.stringify({ fleet: [source], control: false })
    const cwd = makeProject(names, { 'dbfleet.config.json': config })
    // A temporary directory is its owner's alone.
    chmodSync(cwd, 0o755)
    return cwd
  }

  describe('without permission', () => {
    const NOBODY = 65534
    /** The reason why a run as another user proves nothing here. */
    async function cannotBeNobody(cwd: string): Promise<string | undefined> {
      if (!isRoot) return 'running as another user needs root'
      const { status, stderr } = await startCli(['list'], { cwd, uid: NOBODY }).finished
      return status === 0 ? undefined : `another user cannot run it here: ${stderr}`
    }

    it('to write, a database is read, and up says what is missing', async ctx => {
      const cwd = project(['file', 'fine'])
      await json(cwd, ['up', '--all', '--step', '1'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(join(cwd, 'databases'), 0o777)
      chmodSync(at(cwd, 'file'), 0o444)
      chmodSync(at(cwd, 'fine'), 0o666)
      const before = snapshot(join(cwd, 'databases'))
      const status = await json(cwd, ['status'], { uid: NOBODY })
      expect(status.document.databases).toMatchObject([
        { name: 'file', status: 'ok', position: A },
        { name: 'fine', status: 'ok', position: A },
      ])
      expect(snapshot(join(cwd, 'databases'))).toEqual(before)

      const up = await json(cwd, ['up', '--all'], { uid: NOBODY })
      expect(up.status).toBe(3)
      expect(up.document.databases).toMatchObject([
        {
          name: 'file',
          status: 'failed',
          applied: [],
          error: { code: 'readonly', hint: expect.stringContaining('write permission') },
        },
        { name: 'fine', status: 'ok', applied: [B] },
      ])
      expect(snapshot(join(cwd, 'databases'))['file.db']).toBe(before['file.db'])
    })

    it('to write the directory, nothing is changed or made', async ctx => {
      const cwd = project(['alice'])
      await json(cwd, ['up', '--all', '--step', '1'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(at(cwd, 'alice'), 0o666)
      chmodSync(join(cwd, 'databases'), 0o555)
      const before = snapshot(join(cwd, 'databases'))
      const options = { uid: NOBODY }
      expect((await json(cwd, ['status'], options)).document.databases).toMatchObject([
        { name: 'alice', status: 'ok', position: A },
      ])
      for (const args of [
        ['up', '--all'],
        ['create', 'bob'],
        ['destroy', 'alice', '--yes'],
      ]) {
        const { status, document } = await json(cwd, args, options)
        expect(status, args[0]).toBe(3)
        expect(document.databases[0]?.error, args[0]).toMatchObject({
          code: 'readonly',
          hint: expect.stringContaining('write permission'),
        })
        expect(snapshot(join(cwd, 'databases')), args[0]).toEqual(before)
      }
    })

    it('to read, a file is reported, and a directory ends the run before it begins', async ctx => {
      const cwd = project(['closed', 'fine'])
      const reason = await cannotBeNobody(cwd)
      if (reason !== undefined) return ctx.skip(reason)
      chmodSync(at(cwd, 'closed'), 0o000)
      const status = await json(cwd, ['status'], { uid: NOBODY })
      expect(status.status).toBe(3)
      expect(status.document.databases).toMatchObject([
        { name: 'closed', status: 'failed', error: { code: 'permission' } },
        { name: 'fine', status: 'ok' },
      ])
      chmodSync(join(cwd, 'databases'), 0o000)
      const up = await json(cwd, ['up', '--all'], { uid: NOBODY })
      expect(up.status).toBe(2)
      expect(up.document.error?.code).toBe('unreadable-directory')
    })
  })
})
