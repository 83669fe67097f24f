import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { stateOfMaker, thisMaker } from '../../src/backup/set-maker.js'

describe('who makes a set', () => {
  it('is there while its process runs, and gone afterwards', async () => {
    expect(stateOfMaker(thisMaker())).toBe('alive')
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    await once(child, 'spawn')
    const { host } = thisMaker()
    const maker = { host, pid: child.pid ?? 0 }
    expect(stateOfMaker(maker)).toBe('alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(stateOfMaker(maker)).toBe('gone')
  })

  it.runIf(process.platform === 'linux')('is no later process that has its number', () => {
    const maker = thisMaker()
    const other = { ...maker, process: { ...maker.process, start: '1' } }
    expect(stateOfMaker(other)).toBe('gone')
    const rebooted = { ...maker, process: { ...maker.process, boot: 'earlier' } }
    expect(stateOfMaker(rebooted)).toBe('gone')
  })

  it('is not known on another machine, in another container, or when nothing says it', () => {
    const maker = thisMaker()
    for (const other of [
      { ...maker, host: 'elsewhere' },
      { ...maker, pid: 'x' },
      { ...maker, pid: -1 },
      {},
      null,
      'text',
      undefined,
    ]) {
      expect(stateOfMaker(other)).toBe('unknown')
    }
    if (maker.process === undefined) return
    for (const place of ['machine', 'namespace']) {
      const other = { ...maker, process: { ...maker.process, [place]: 'another' } }
      expect(stateOfMaker(other)).toBe('unknown')
    }
  })
})
