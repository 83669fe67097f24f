import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Manifest, ManifestEntry } from '../backup/manifest.js'
import { parseManifest } from '../backup/parse-manifest.js'
import { readManifestText } from '../backup/read-manifest.js'
import { SetFiles } from '../backup/set-files.js'
import { UsageError } from '../errors/usage-error.js'
import { type Selection, selectMembers } from '../fleet/selection.js'
import type { Finding } from '../report/check-report.js'
import { reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { VerifyReport, VerifyRow } from '../report/verify-report.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { type FoundSet, findSet } from './sets/find-set.js'
import { type KeyOptions, keysOf } from './sets/keys-of.js'
import { sample } from './sets/sample.js'
import { findingsOf } from './sets/verify-findings.js'
import { verifyObjects } from './sets/verify-objects.js'

export interface VerifyOptions
  extends Selection,
    Omit<RunControl, 'maxFailures' | 'busyTimeoutMs'>,
    KeyOptions {
  /** Restores each database into a scratch database, and compares what it holds. */
  restore?: boolean
  /** Reads only a random part: a count (`20`) or a share (`5%`). */
  sample?: string
}

/**
 * Compares every byte of a backup set with what was written, and finds what is missing and what does
 * not belong to it. Changes nothing.
 *
 * @param given a path or a URL of a set, a name in the configured place, or `latest`
 * @throws UsageError when there is no such set, or it says nothing that can be verified
 */
export async function verify(
  context: FleetContext,
  given: string,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const began = performance.now()
  const found = await findSet(context, given)
  const { manifest, findings } = await readBelieving(found)
  let rows: VerifyRow[] = []
  if (manifest !== undefined) {
    const files = await SetFiles.list(found.store, found.set, manifest.databases)
    rows = await look(context, { ...found, manifest, files }, options)
    for (const finding of await findingsOf(manifest, files, rows)) findings.push(finding)
  }
  return {
    schema: 1,
    command: 'verify',
    set: found.store.locate(found.set),
    startedAt: manifest?.startedAt ?? null,
    findings,
    databases: rows,
    summary: summarize(rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

/** A manifest that is not the one that was written is a finding, and the rest is looked at still. */
async function readBelieving({ store, set }: FoundSet) {
  const { text, place, problem } = await readManifestText(store, set)
  const findings: Finding[] = problem === undefined ? [] : [findingOf(problem)]
  try {
    return { manifest: parseManifest(text, place), findings }
  } catch (error) {
    if (problem === undefined || !(error instanceof UsageError)) throw error
    return { manifest: undefined, findings: [...findings, findingOf(error)] }
  }
}

function findingOf(error: UsageError): Finding {
  return { ...reportError(error), severity: 'error', databases: [] }
}

async function look(
  context: FleetContext,
  { store, set, manifest, files }: FoundSet & { manifest: Manifest; files: SetFiles },
  options: VerifyOptions,
): Promise<VerifyRow[]> {
  const rules = { changing: false, whole: 'set' } as const
  const selected = selectMembers(manifest.databases, options, rules)
  const there = selected.filter(({ object }) => object !== undefined)
  const chosen = new Set(options.sample === undefined ? there : sample(there, options.sample))
  const problems = new Map(
    there.map(entry => [entry, entry.object && files.problemOf(entry.object)]),
  )
  const entries = [...chosen].filter(entry => problems.get(entry) === undefined)
  const keys = await keysOf(context, { store, set }, entries, options)
  const results = await withScratch(options.restore === true, scratch =>
    verifyObjects(
      context,
      { store: store.spec, set, entries, scratch, phase: 'verify', keysOf: () => keys },
      options,
    ),
  )
  const resultOf = new Map(entries.map((entry, index) => [entry, results[index]]))

  return selected.map(entry => {
    const row = rowOf(entry)
    const problem = problems.get(entry)
    if (problem !== undefined) return { ...row, status: 'failed', error: reportError(problem) }
    if (entry.object === undefined) return { ...row, status: 'skipped', looked: null }
    if (!chosen.has(entry)) return { ...row, status: 'skipped' }
    const looked = options.restore === true ? 'restored' : 'bytes'
    const result = resultOf.get(entry)
    if (result === undefined) return { ...row, status: 'not-run' }
    if ('error' in result) return { ...row, status: 'failed', looked, error: result.error }
    // What `backup` could not restore is no better for having all its bytes.
    return entry.error === undefined || looked === 'restored'
      ? { ...row, status: 'ok', looked }
      : { ...row, status: 'failed', looked, error: entry.error }
  })
}

function rowOf({ name, proven, object }: ManifestEntry): VerifyRow {
  return {
    name,
    status: 'ok',
    looked: 'size',
    proven,
    object: object?.file ?? null,
    storedBytes: object?.storedBytes ?? 0,
  }
}

async function withScratch<T>(
  wanted: boolean,
  use: (scratch: string | null) => Promise<T>,
): Promise<T> {
  if (!wanted) return use(null)
  const scratch = await mkdtemp(join(tmpdir(), 'dbfleet-verify-'))
  try {
    return await use(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
