import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fate, type FaultyProxy, startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, setsIn } from './backup-sets.js'
import { expectHonest, expectRestorable } from './honest-sets.js'
import { runCli } from './run-cli.js'

const ROWS = `INSERT INTO t WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300)
SELECT i, hex(randomblob(40)) FROM c`

describe('a backup of namespaces', () => {
  const server = useSqld()
  const directory = temporaryDirectories()

  /** A fleet of namespaces behind a proxy, and a set of it from before anything went wrong. */
  async function backedUp(fate: (index: number) => Fate = () => 'pass') {
    const cwd = directory()
    const names = Array.from({ length: 8 }, () => randomUUID())
    for (const name of names) {
      await createNamespace(server(), name)
      await execute(server(), name, 'CREATE TABLE t (id INTEGER PRIMARY KEY, x)')
      await execute(server(), name, ROWS)
    }
    let faulty = false
    let index = 0
    const proxy = await startFaultyProxy(server().url, () => {
      index += 1
      return faulty ? fate(index - 1) : 'pass'
    })
    const sqld = { url: proxy.url, namespaces: names }
    const config = { fleet: [{ sqld }], requestTimeout: '5s' }
    writeFileSync(join(cwd, 'dbfleet.config.json'), JSON.stringify(config))
    const first = await backUp([], { cwd })
    expect(first).toMatchObject({ status: 0, document: { complete: true } })
    const set = first.document.set
    const bytes = readFileSync(join(set, 'manifest.json'))
    const digests = new Map(
      expectHonest(set, names).databases.map(({ name, digest }) => [name, digest]),
    )
    return {
      cwd,
      names,
      proxy,
      set,
      bytes,
      digests,
      requests: index,
      let(on: boolean) {
        faulty = on
        index = 0
      },
    }
  }

  type BackedUp = Awaited<ReturnType<typeof backedUp>>

  /** Runs a backup while things go wrong, and looks at what it left. */
  async function runFaulty(it: BackedUp, codes: readonly string[]) {
    const { cwd, names, set, bytes, digests } = it
    const before = setsIn(join(cwd, 'backups')).sets
    it.let(true)
    const { status, stdout, stderr } = await runCli(['backup', '--jobs', '3'], { cwd })
    it.let(false)
    const { sets, others } = setsIn(join(cwd, 'backups'))
    expect(others).toEqual([])
    const [made = '', ...more] = sets.filter(each => !before.includes(each))
    expect(more).toEqual([])
    const manifest = expectHonest(made, names)
    const { proven, failed } = manifest.summary
    expect(proven + failed).toBe(names.length)
    expect([status, stderr]).toEqual([failed === 0 ? 0 : 3, ''])
    expect(stdout).toContain(`\nset ${made}\n`)
    const told = [
      proven > 0 && `${proven} of ${names.length} proven`,
      failed > 0 && `${failed} failed`,
    ]
    expect(stdout).toContain(`\n${told.filter(Boolean).join(', ')} in `)
    for (const { name, error, digest } of manifest.databases) {
      // Nobody wrote meanwhile, so there is one content that a proven object can have.
      if (error === undefined) expect(digest, name).toBe(digests.get(name))
      else expect(codes, error.message).toContain(error.code)
    }
    expect(readFileSync(join(set, 'manifest.json'))).toEqual(bytes)
    return { made, proven, failed, manifest, stdout }
  }

  /** The sets of before and of the fault restore, and the next run makes a complete one. */
  async function expectToConverge({ cwd, names, set, digests }: BackedUp, made: string) {
    expect(await expectRestorable(cwd, set)).toEqual([])
    const { databases } = expectHonest(made, names)
    const absent = databases.filter(({ status }) => status === 'failed').map(({ name }) => name)
    expect((await expectRestorable(cwd, made)).sort()).toEqual(absent.sort())
    const again = await backUp([], { cwd })
    expect(again).toMatchObject({ status: 0, document: { complete: true } })
    for (const { name, proven, digest } of expectHonest(again.document.set, names).databases) {
      expect([name, proven, digest]).toEqual([name, true, digests.get(name)])
    }
  }

  it('of a server that is killed has what was read by then', async () => {
    let killAt = Number.POSITIVE_INFINITY
    const it = await backedUp(index => {
      if (index === killAt) process.kill(server().pid, 'SIGKILL')
      return 'pass'
    })
    await using _: FaultyProxy = it.proxy
    const proven: number[] = []
    for (const share of [0.4, 0.7]) {
      killAt = Math.floor(it.requests * share)
      const run = await runFaulty(it, ['unreachable'])
      expect(run.failed).toBeGreaterThan(0)
      proven.push(run.proven)
      await server().restart()
      if (share === 0.4) await expectToConverge(it, run.made)
    }
    // Had it been killed before the first or after the last was read, nothing were shown.
    expect(Math.max(...proven)).toBeGreaterThan(0)
  }, 120_000)

  it('of a server that is killed and started again loses nothing that it says it has', async () => {
    let killAt = 0
    let restarted: Promise<void> | undefined
    const it = await backedUp(index => {
      if (index === killAt) restarted = server().restart('SIGKILL')
      return 'pass'
    })
    await using _: FaultyProxy = it.proxy
    killAt = Math.floor(it.requests / 2)
    const { made } = await runFaulty(it, ['unreachable'])
    expect(restarted).toBeDefined()
    await restarted
    await expectToConverge(it, made)
  }, 120_000)

  it.each<Fate>(['cut before the answer', 'cut in the answer'])(
    'whose connections are %s from half way on has the first half',
    async fate => {
      let from = 0
      const it = await backedUp(index => (index >= from ? fate : 'pass'))
      await using _: FaultyProxy = it.proxy
      from = Math.floor(it.requests * 0.6)
      const { made, proven, failed } = await runFaulty(it, ['unreachable'])
      expect(Math.min(proven, failed)).toBeGreaterThan(0)
      await expectToConverge(it, made)
    },
    120_000,
  )

  it('of a server that answers 401 from half way on says which it did not get, and why', async () => {
    let from = 0
    const it = await backedUp(index => (index >= from ? 401 : 'pass'))
    await using _: FaultyProxy = it.proxy
    from = Math.floor(it.requests * 0.6)
    const { made, proven, failed, stdout } = await runFaulty(it, ['auth'])
    expect(Math.min(proven, failed)).toBeGreaterThan(0)
    expect(stdout).toContain('token')
    await expectToConverge(it, made)
  }, 120_000)

  it('is honest whatever becomes of each request', async () => {
    const fault = fc.constantFrom<Fate>(
      ...(['cut before the request', 'cut before the answer', 'cut in the answer'] as const),
      ...(['answer 524', 401, 502, 503] as const),
    )
    // A database takes several requests.
    const fate = fc.oneof(
      { arbitrary: fc.constant<Fate>('pass'), weight: 9 },
      { arbitrary: fault, weight: 1 },
    )
    let fates: Fate[] = []
    const it = await backedUp(index => fates[index % fates.length] ?? 'pass')
    await using _: FaultyProxy = it.proxy
    let made = it.set
    const seen = { proven: 0, failed: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 40, maxLength: 60 }), async drawn => {
        fates = drawn
        const run = await runFaulty(it, ['unreachable', 'auth', 'server-error'])
        seen.proven += run.proven
        seen.failed += run.failed
        made = run.made
      }),
      { numRuns: 6, endOnFailure: true },
    )
    expect(Math.min(seen.proven, seen.failed)).toBeGreaterThan(0)
    await expectToConverge(it, made)
  }, 240_000)
})
