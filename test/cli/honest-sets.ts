import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { Manifest } from '../../src/backup/manifest.js'
import type { VerifyReport } from '../../src/report/verify-report.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { manifestOf } from './backup-sets.js'
import { runJson } from './run-cli.js'

/**
 * A set claims nothing that is not so: what it calls proven is there to the byte, what is not there
 * has a reason, and it is complete only with all of them.
 */
export function expectHonest(set: string, names: readonly string[]): Manifest {
  const manifest = manifestOf(set)
  expect(manifestErrors(manifest)).toEqual([])
  const { databases, complete, summary } = manifest
  expect(databases.map(({ name }) => name).sort()).toEqual([...names].sort())
  const count = (status: string) => databases.filter(each => each.status === status).length
  expect(complete).toBe(count('ok') === names.length)
  expect(summary).toEqual({
    total: names.length,
    ok: count('ok'),
    failed: count('failed'),
    skipped: 0,
    notRun: count('not-run'),
    proven: databases.filter(({ proven }) => proven).length,
  })
  for (const { name, status, proven, object, error } of databases) {
    expect(error !== undefined, `${name} has a reason`).toBe(status === 'failed')
    if (proven) expect([name, status]).toEqual([name, 'ok'])
    if (status === 'ok') expect(object, name).toBeDefined()
    if (object === undefined) continue
    const path = join(dirname(set), object.set ?? basename(set), object.file)
    const sum = createHash('sha256').update(readFileSync(path)).digest('hex')
    expect(sum, name).toBe(object.storedSha256)
  }
  return manifest
}

/** Restores all that a set has of databases; says whose are not in it. */
export async function expectRestorable(cwd: string, set: string): Promise<string[]> {
  const { status, document } = await runJson<VerifyReport>(['verify', set, '--restore'], { cwd })
  const errors = document.findings.filter(({ severity }) => severity === 'error')
  expect([status, errors], set).toEqual([0, []])
  return document.findings.flatMap(({ code, databases }) =>
    code === 'not-in-set' ? databases : [],
  )
}
