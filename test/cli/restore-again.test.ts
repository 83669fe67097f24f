import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { LARGE_DUMP } from '../../src/backup/dump-source.js'
import { thisMaker } from '../../src/backup/set-maker.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, startCli } from './run-cli.js'

const SMALL = 'BEGIN;\nCREATE TABLE t (a);\nCOMMIT;\n'

describe('a restore after one that was killed', () => {
  const directory = temporaryDirectories()
  const restore = ['restore', 'it.sql', '--to', 'out/new.db']

  function project(dump = SMALL): { cwd: string; out: string } {
    const cwd = directory()
    const out = join(cwd, 'out')
    mkdirSync(out)
    writeFileSync(join(cwd, 'it.sql'), dump)
    return { cwd, out }
  }

  it('removes what that one left', async () => {
    const row = `INSERT INTO t VALUES('${'x'.repeat(1000)}');\n`
    const rows = row.repeat((3 * LARGE_DUMP) / 1000)
    const { cwd, out } = project(`BEGIN;\nCREATE TABLE t (a);\n${rows}COMMIT;\n`)
    const { child, finished } = startCli(restore, { cwd })
    while (!readdirSync(out).some(name => name.endsWith('.tmp'))) await sleep(5)
    child.kill('SIGKILL')
    await finished
    const left = readdirSync(out)
    expect(left).toHaveLength(2)
    const elsewhere = join(out, 'other.db')
    writeFileSync(join(cwd, 'it.sql'), SMALL)
    expect((await runCli(['restore', 'it.sql', '--to', elsewhere], { cwd })).status).toBe(0)
    expect(readdirSync(out)).toEqual([...left, 'other.db'].sort())
    expect((await runCli(restore, { cwd })).status).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['new.db', 'other.db'])
  })

  it('leaves alone what somebody makes who lives, or may, or is not known', async () => {
    const { cwd, out } = project()
    const makers = [
      JSON.stringify(thisMaker()),
      JSON.stringify({ ...thisMaker(), host: 'another-machine', pid: 999_999_999 }),
      'no JSON',
      '',
    ]
    for (const [index, maker] of makers.entries()) {
      const file = join(out, `.new.db.dbfleet-00000000000${index}.tmp`)
      writeFileSync(file, 'pages')
      writeFileSync(`${file}-maker`, maker)
    }
    writeFileSync(join(out, '.new.db.dbfleet-0000000000ff.tmp'), 'pages')
    const before = readdirSync(out)
    expect((await runCli(restore, { cwd })).status).toBe(0)
    expect(readdirSync(out).sort()).toEqual([...before, 'new.db'].sort())
  })

  it('leaves nothing of who made it when it is done, or fails', async () => {
    const { cwd, out } = project()
    expect((await runCli(restore, { cwd })).status).toBe(0)
    expect((await runCli([...restore, '--force'], { cwd })).status).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['.kept', 'new.db'])
    writeFileSync(join(cwd, 'it.sql'), `${SMALL}DROP TABLE t;\n`)
    const failing = ['restore', 'it.sql', '--to', 'out/another.db']
    expect((await runCli(failing, { cwd })).status).toBe(3)
    expect(readdirSync(out).sort()).toEqual(['.kept', 'new.db'])
    expect(existsSync(join(out, 'another.db'))).toBe(false)
  })
})
