import { availableParallelism } from 'node:os'
import type { Config } from '../config/config.js'
import type { Member } from '../fleet/member.js'
import type { FailureBudget } from '../run/failure-budget.js'
import { inlineExecutor } from '../run/inline-executor.js'
import type { JobSpec, Lane } from '../run/job.js'
import { runItems } from '../run/run-items.js'
import { workerExecutor } from '../run/worker-executor.js'
import { createJob } from './jobs.js'
import { laneOf } from './lanes.js'
import type { RunControl } from './run-control.js'
import { createTargets } from './targets.js'
import { workerEntry } from './worker-entry.js'

/** Up to so many short reads are done in this thread; a worker would take longer to start. */
const INLINE_READS = 24
/** libSQL's driver keeps about 0.2 MB for every database it opened; its process is replaced. */
const RECYCLE_PROCESS_AFTER = 250

interface JobOnMembers<Item, Result> {
  /** For progress, such as `up`. */
  phase: string
  spec: JobSpec
  /** What the job gets for a member. */
  item(target: Awaited<ReturnType<ReturnType<typeof createTargets>>>, index: number): Item
  /** True when what is done to the member can only be done by libSQL's engine. */
  needsLibsql?(index: number): boolean
  /** The result for a member whose executor died. */
  crashed(message: string): Result
  /** True when the job only reads, quickly. */
  reads: boolean
  budget?: FailureBudget
}

/**
 * Runs one job over many members, each on the lane that its engine needs.
 *
 * @returns the results in the order of the members; `undefined` where a member was not run
 */
export async function runOnMembers<Item, Result>(
  config: Config,
  members: readonly Member[],
  job: JobOnMembers<Item, Result>,
  control: RunControl,
): Promise<(Result | undefined)[]> {
  if (members.length === 0) return []
  const targetOf = createTargets(config)
  const lane = await laneOf(members)
  const items = await Promise.all(
    members.map(async (member, index) => ({
      item: job.item(await targetOf(member), index),
      lane: job.needsLibsql?.(index) === true ? ('process' as const) : lane(member),
    })),
  )
  const entry = workerEntry()
  const inline = job.reads && items.length <= INLINE_READS
  const start = (where: Lane) =>
    inline && where === 'thread'
      ? inlineExecutor(createJob(job.spec, where))
      : workerExecutor(entry, job.spec, where)
  const total = items.length
  control.onProgress?.({ phase: job.phase, done: 0, total, failed: 0 })
  return runItems<Result>(items, {
    concurrency: control.jobs ?? config.jobs ?? defaultJobs(job.reads),
    start,
    recycleAfter: where => (where === 'process' ? RECYCLE_PROCESS_AFTER : Number.POSITIVE_INFINITY),
    crashed: (_index, message) => job.crashed(message),
    onProgress: (done, failed) => control.onProgress?.({ phase: job.phase, done, total, failed }),
    ...(control.signal === undefined ? {} : { signal: control.signal }),
    ...(control.kill === undefined ? {} : { kill: control.kill }),
    ...(job.budget === undefined ? {} : { budget: job.budget }),
  })
}

/** Readers compute; writers also wait for the disk, so there are more of them than processors. */
function defaultJobs(reads: boolean): number {
  const processors = availableParallelism()
  return Math.min(8, Math.max(2, reads ? processors : 2 * processors))
}
