import { availableParallelism } from 'node:os'
import type { Member } from '../../fleet/member.js'
import type { FailureBudget } from '../../run/failure-budget.js'
import { inlineExecutor } from '../../run/inline-executor.js'
import type { JobSpec, Lane } from '../../run/job.js'
import type { KeptExecutors } from '../../run/kept-executors.js'
import { ReadyExecutors } from '../../run/ready-executors.js'
import { type LaneItem, type LaneOptions, runItems } from '../../run/run-items.js'
import { workerExecutor } from '../../run/worker-executor.js'
import type { FleetContext } from './fleet-context.js'
import { createJob } from './jobs.js'
import { laneOf } from './lanes.js'
import type { RunControl } from './run-control.js'
import { createTargets } from './targets.js'
import { workerEntry } from './worker-entry.js'

/** Up to so many short reads are done in this thread; a worker would take longer to start. */
const INLINE_READS = 24
/** More does not make sqld faster; it takes 128 at once from all of its users. */
const REQUESTS_AT_ONCE = 16
/** Fewer are looked at before a worker has started. */
const MEMBERS_WORTH_IT = 500
/** What a job needs for more than this is made when its turn comes: 100,000 would fill the memory. */
const AT_ONCE = 4_096
/** They may not be needed at all. */
const MOST_EARLY = 1
/** A thread of such a job takes as long to start as a hundred of its items, which one does alone by then. */
const LATE_MS = 500
/** libSQL's driver keeps about 0.2 MB for every database it opened; its process is replaced. */
const RECYCLE_PROCESS_AFTER = 250

/** A job, whatever its items are. */
interface AnyJob<Result> {
  /** For progress, such as `up`. */
  phase: string
  spec: JobSpec
  /** The result for an item whose executor died. */
  crashed(message: string): Result
  /** True when the job only reads, quickly. */
  reads: boolean
  /** True when it takes longer, but hardly ever waits for the disk. */
  computes?: boolean
  /** Threads for this very job that were started before. */
  ready?: ReadyExecutors
  /** Threads that this very job has used before, and will use again. */
  kept?: KeptExecutors
  budget?: FailureBudget
  /** As in `runItems`. */
  deliver?(index: number, result: Result, of: { last: boolean }): Promise<Result>
}

interface JobOnMembers<Item, Result> extends AnyJob<Result> {
  /** What the job gets for a member. */
  item(target: Awaited<ReturnType<ReturnType<typeof createTargets>>>, index: number): Item
  /** Where all of them are handled, if not where their engine is. */
  lane?: Lane
  /** True when what is done to the member can only be done by libSQL's engine. */
  needsLibsql?(index: number): boolean
}

/** A job that is given its work bit by bit. */
interface FedJob<Item, Result> extends JobOnMembers<Item, Result> {
  /** What to work on next, each with an index of its own; nothing when there is no more. */
  next(): Promise<readonly { member: Member; index: number }[]>
  /** Takes a result; it must not throw. */
  take(index: number, result: Result): Promise<void>
  /** True when nothing more is to be handed out. */
  isOver(): boolean
  /** True when a failure may end the run, so that nobody goes on before it is known. */
  haltOnFailure: boolean
  /** How much there is altogether, for progress. */
  total: number
}

/**
 * Runs one job over many members, each on the lane that its engine needs.
 *
 * @returns the results in the order of the members; `undefined` where a member was not run
 */
export async function runOnMembers<Item, Result>(
  context: FleetContext,
  members: readonly Member[],
  job: JobOnMembers<Item, Result>,
  control: RunControl,
): Promise<(Result | undefined)[]> {
  const itemOf = await itemMaker(context, members, job)
  const itemsFrom = (start: number, end: number) =>
    Promise.all(members.slice(start, end).map((member, i) => itemOf(member, start + i)))
  if (members.length <= AT_ONCE) {
    return runJob(context, await itemsFrom(0, members.length), job, control)
  }
  let made = 0
  const more = () => {
    const start = made
    made += AT_ONCE
    return itemsFrom(start, made)
  }
  const results = await runJob(context, [], job, control, { total: members.length, more })
  const notRun = new Array<undefined>(members.length - results.length).fill(undefined)
  return [...results, ...notRun]
}

/**
 * The same for work that comes bit by bit, of any of these members.
 *
 * @throws what `next` throws, after what is in hand
 */
export async function runOnFedMembers<Item, Result>(
  context: FleetContext,
  members: readonly Member[],
  job: FedJob<Item, Result>,
  control: RunControl,
): Promise<void> {
  const itemOf = await itemMaker(context, members, job)
  const indices: number[] = []
  const feed = {
    total: job.total,
    more: async () => {
      const work = await job.next()
      indices.push(...work.map(({ index }) => index))
      return Promise.all(work.map(({ member, index }) => itemOf(member, index)))
    },
    isOver: () => job.isOver(),
    haltOnFailure: job.haltOnFailure,
  }
  const deliver = async (at: number, result: Result) => {
    await job.take(indices[at] as number, result)
    return result
  }
  await runJob(context, [], { ...job, deliver }, control, feed)
}

interface Feed {
  total: number
  more(): Promise<readonly LaneItem[]>
  isOver?(): boolean
  haltOnFailure?: boolean
}

async function itemMaker<Item, Result>(
  context: FleetContext,
  members: readonly Member[],
  job: JobOnMembers<Item, Result>,
): Promise<(member: Member, index: number) => Promise<{ item: Item; lane: Lane }>> {
  const targetOf = createTargets(context)
  const lane = await laneOf(members)
  const laneFor = (member: Member, index: number): Lane => {
    const usual = job.lane ?? lane(member)
    return usual === 'thread' && job.needsLibsql?.(index) === true ? 'process' : usual
  }
  return async (member, index) => ({
    item: job.item(await targetOf(member), index),
    lane: laneFor(member, index),
  })
}

/**
 * Runs one job over many items, each on its lane.
 *
 * @returns the results in the order of the items; `undefined` where one was not run
 */
export async function runJob<Item, Result>(
  { config, connections }: Pick<FleetContext, 'config' | 'connections'>,
  items: readonly { item: Item; lane: Lane }[],
  job: AnyJob<Result>,
  control: RunControl,
  feed?: Feed,
): Promise<(Result | undefined)[]> {
  if (items.length === 0 && feed === undefined) return []
  const entry = workerEntry()
  const inline = job.reads && items.length <= INLINE_READS
  let remote: ReturnType<typeof createJob> | undefined
  const start = (where: Lane) => {
    if (where === 'remote') {
      remote ??= createJob(job.spec, where, { connections })
      return inlineExecutor(remote)
    }
    if (inline && where === 'thread') return inlineExecutor(createJob(job.spec, where))
    const ready = where === 'thread' ? job.ready?.take() : undefined
    if (ready !== undefined) return ready
    const begin = () => workerExecutor(entry, job.spec, where)
    return where === 'thread' && job.kept !== undefined ? job.kept.take(begin) : begin()
  }
  const closeConnections = () => connections.close()
  control.kill?.addEventListener('abort', closeConnections)
  const total = feed?.total ?? items.length
  control.onProgress?.({ phase: job.phase, done: 0, total, failed: 0 })
  const running = runItems<Result>(items, {
    lanes: lanesFor(control.jobs ?? config.jobs, {
      computes: job.reads || job.computes === true,
      lateMs: job.ready === undefined ? 0 : LATE_MS,
    }),
    start,
    crashed: (_index, message) => job.crashed(message),
    // What is tried again is done more than once.
    onProgress: (done, failed) =>
      control.onProgress?.({ phase: job.phase, done: Math.min(done, total), total, failed }),
    ...(control.signal === undefined ? {} : { signal: control.signal }),
    ...(control.kill === undefined ? {} : { kill: control.kill }),
    ...(job.budget === undefined ? {} : { budget: job.budget }),
    ...(job.deliver === undefined ? {} : { deliver: job.deliver }),
    ...(feed === undefined ? {} : feed),
  })
  // A run in waves comes here many times.
  return running.finally(() => control.kill?.removeEventListener('abort', closeConnections))
}

/**
 * Starts threads for a job that many members may need, while it is found out which of them do.
 *
 * @returns what is to be disposed of when the job is done
 */
export async function startEarly(
  { config }: Pick<FleetContext, 'config'>,
  members: readonly Member[],
  spec: JobSpec,
  { jobs = config.jobs ?? MOST_EARLY }: RunControl,
): Promise<ReadyExecutors> {
  const lane = await laneOf(members)
  const isWorthIt = members.length >= MEMBERS_WORTH_IT && members.some(m => lane(m) === 'thread')
  const count = isWorthIt ? Math.min(jobs, MOST_EARLY) : 0
  return new ReadyExecutors(count, () => workerExecutor(workerEntry(), spec, 'thread'))
}

function lanesFor(
  jobs: number | undefined,
  { computes, lateMs }: { computes: boolean; lateMs: number },
): Record<Lane, LaneOptions> {
  const local = { concurrency: jobs ?? defaultJobs(computes), batches: true, lateMs }
  const recycleAfter = Number.POSITIVE_INFINITY
  return {
    thread: { ...local, recycleAfter },
    process: { ...local, recycleAfter: RECYCLE_PROCESS_AFTER },
    remote: { concurrency: jobs ?? REQUESTS_AT_ONCE, recycleAfter, batches: false },
  }
}

/** Readers compute; writers also wait for the disk, so there are more of them than processors. */
function defaultJobs(computes: boolean): number {
  const processors = availableParallelism()
  return Math.min(8, Math.max(2, computes ? processors : 2 * processors))
}
