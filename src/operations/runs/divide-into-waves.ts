import { stat } from 'node:fs/promises'
import { countOf } from '../../config/count-or-share.js'
import type { Member } from '../../fleet/member.js'
import { namedBy } from '../../fleet/named-by.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KeyedPosition } from '../members/survey-job.js'
import type { SchemaInit } from '../schemas/schema-job.js'
import type { CanaryCandidate } from './choose-canary.js'
import { planWaves, type Wave } from './plan-waves.js'
import type { Rollout } from './rollout.js'

/** A database that a run has something to do on. */
export interface Due {
  member: Member
  position: KeyedPosition
}

interface Dividing {
  context: FleetContext
  /** How schemas are read. */
  control: RunControl & Pick<SchemaInit, 'mode'>
  /** The number of the first wave, where these come after others; then there is no canary. */
  first?: number | undefined
}

/** So many files are looked at together. */
const LOOKS_AT_ONCE = 256

/**
 * Divides databases into waves. Of their files, size and age are looked at, and their schemas, where they
 * decide.
 *
 * @param due sorted by name
 */
export async function divideIntoWaves(
  due: readonly Due[],
  { canary, size }: Rollout,
  { context, control, first }: Dividing,
): Promise<Wave[]> {
  if (canary === undefined || first !== undefined) {
    return planWaves(due.map(plain), { size }, first)
  }
  const members = due.map(({ member }) => member)
  const named = namedBy(canary.databases, { members, whole: 'selection' })
  const isNamed = ({ name, source }: Member) => named.has(name) || canary.labels.includes(source)
  const isChosen = canary.isCounted && countOf(canary.count, due.length) > count(members, isNamed)
  // Loaded here, since most runs need no schema.
  const { readFingerprints } = isChosen ? await import('../check/read-fingerprints.js') : {}
  const schemas = (await readFingerprints?.(context, members, control)) ?? []
  const candidates: CanaryCandidate[] = []
  for (let start = 0; start < due.length; start += LOOKS_AT_ONCE) {
    const some = due.slice(start, start + LOOKS_AT_ONCE)
    candidates.push(
      ...(await Promise.all(
        some.map(async (each, index) => {
          const { member } = each
          const { group, ...rest } = plain(each)
          const schema = schemas[start + index] ?? ''
          const facts = await fileFacts(member.path)
          return { ...rest, group: `${group} ${schema}`, isNamed: isNamed(member), ...facts }
        }),
      )),
    )
  }
  return planWaves(candidates, { canary: canary.count, size })
}

function plain({ member: { name }, position: { key } }: Due): CanaryCandidate {
  return { name, group: key, isNamed: false }
}

function count<T>(list: readonly T[], holds: (each: T) => boolean): number {
  return list.reduce((sum, each) => sum + (holds(each) ? 1 : 0), 0)
}

/** A database on a server has no file here, and one that cannot be looked at fails later. */
async function fileFacts(
  path: string | undefined,
): Promise<Pick<CanaryCandidate, 'bytes' | 'bornMs'>> {
  if (path === undefined) return {}
  try {
    const { size, birthtimeMs, mtimeMs } = await stat(path)
    // Some file systems do not know when a file was made.
    return { bytes: size, bornMs: birthtimeMs > 0 ? birthtimeMs : mtimeMs }
  } catch {
    return {}
  }
}
