import type { JobSpec, Lane, Outcome } from './job.js'

/** To a worker. The first message is `start`; it is plain data, and may hold secrets. */
export type ToWorker =
  | { type: 'start'; spec: JobSpec; lane: Lane }
  | { type: 'batch'; items: readonly unknown[]; haltOnFailure: boolean }
  | { type: 'close' }

/** From a worker. `outcomes` may come in several parts before `done`. */
export type FromWorker =
  | { type: 'outcomes'; outcomes: Outcome<unknown>[] }
  | { type: 'done' }
  | { type: 'broken'; message: string }
