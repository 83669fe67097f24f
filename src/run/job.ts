/**
 * Work on one item after another, in one place: this thread, a worker thread or a child process.
 * Items and results are plain data, since they travel between those; items for this thread may hold
 * functions.
 */
export interface Job<Item, Result> {
  /** Handles one item; what goes wrong with it is part of the result, not thrown. */
  run(item: Item): Promise<Outcome<Result>>
}

/** What became of one item. */
export type Outcome<Result> =
  | { result: Result; failed: boolean }
  /** Some of the result; the same place is given the item again, and goes on with it. */
  | { part: Result }
  /** The item cannot be handled here and is to be handed to the named lane. */
  | { reroute: Lane }

/**
 * Where an item is handled: `thread` overlaps synchronous work and waiting for the disk; `process`
 * also survives an engine that aborts or never gives memory back; `remote` is this very thread,
 * which waits for many answers at once.
 */
export type Lane = (typeof LANES)[number]

export const LANES = ['thread', 'process', 'remote'] as const

/** How a worker makes its job: a name of the job table and plain data. */
export interface JobSpec {
  name: string
  init: unknown
}

/** Makes the job of that name in the worker itself. */
export type CreateJob = (spec: JobSpec, lane: Lane) => Promise<Job<unknown, unknown>>
