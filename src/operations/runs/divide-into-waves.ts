import { stat } from 'node:fs/promises'
import type { Member } from '../../fleet/member.js'
import { namedBy } from '../../fleet/named-by.js'
import type { KeyedPosition } from '../members/survey-job.js'
import type { CanaryCandidate } from './choose-canary.js'
import { planWaves, type Wave } from './plan-waves.js'
import type { Rollout } from './rollout.js'

/** A database that a run has something to do on. */
export interface Due {
  member: Member
  position: KeyedPosition
}

/** So many files are looked at together. */
const LOOKS_AT_ONCE = 256

/**
 * Divides databases into waves. Of their files, size and age are looked at, where they decide.
 *
 * @param due sorted by name
 * @param first the number of the first wave, where these come after others; then there is no canary
 */
export async function divideIntoWaves(
  due: readonly Due[],
  { canary, size }: Rollout,
  first?: number,
): Promise<Wave[]> {
  if (canary === undefined || first !== undefined) {
    return planWaves(due.map(plain), { size }, first)
  }
  const members = due.map(({ member }) => member)
  const named = namedBy(canary.databases, { members, whole: 'selection' })
  const candidates: CanaryCandidate[] = []
  for (let start = 0; start < due.length; start += LOOKS_AT_ONCE) {
    const some = due.slice(start, start + LOOKS_AT_ONCE)
    candidates.push(
      ...(await Promise.all(
        some.map(async each => {
          const { name, source, path } = each.member
          const isNamed = named.has(name) || canary.labels.includes(source)
          return { ...plain(each), isNamed, ...(await fileFacts(path)) }
        }),
      )),
    )
  }
  return planWaves(candidates, { canary: canary.count, size })
}

function plain({ member: { name }, position: { key } }: Due): CanaryCandidate {
  return { name, position: key, isNamed: false }
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
