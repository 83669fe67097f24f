import type { Job, JobSpec, Lane } from '../run/job.js'

/** The table of jobs: what a worker can be asked to do, each loaded when it is wanted. */
const JOBS: Record<string, (init: never, lane: Lane) => Promise<Job<never, unknown>>> = {
  survey: async (init, lane) => (await import('./survey-job.js')).surveyJob(init, lane),
  migrate: async (init, lane) => (await import('./migrate-job.js')).migrateJob(init, lane),
}

/** Makes the job that the spec names, in the thread or process that will run it. */
export async function createJob(
  { name, init }: JobSpec,
  lane: Lane,
): Promise<Job<unknown, unknown>> {
  const create = JOBS[name]
  if (create === undefined) throw new Error(`no job is named ${name}`)
  return (await create(init as never, lane)) as Job<unknown, unknown>
}
