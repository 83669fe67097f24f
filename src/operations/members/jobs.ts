import type { Job, JobSpec, Lane } from '../../run/job.js'
import type { JobResources } from './job-resources.js'

type Create = (init: never, lane: Lane, resources: JobResources) => Promise<Job<never, unknown>>

/** The table of jobs: what a worker can be asked to do, each loaded when it is wanted. */
const JOBS: Record<string, Create> = {
  engine: async (_, lane) => (await import('./engine-job.js')).engineJob(lane),
  'quick-check': async (...given) =>
    (await import('../doctor/quick-check-job.js')).quickCheckJob(...given),
  sync: async init => (await import('./sync-job.js')).syncJob(init),
  survey: async (...given) => (await import('./survey-job.js')).surveyJob(...given),
  schema: async (...given) => (await import('../schemas/schema-job.js')).schemaJob(...given),
  measure: async (...given) => (await import('../check/measure-job.js')).measureJob(...given),
  rehearse: async (...given) => (await import('../check/rehearse-job.js')).rehearseJob(...given),
  backup: async (...given) => (await import('../backup/backup-job.js')).backupJob(...given),
  verify: async (init, lane) => (await import('../sets/verify-job.js')).verifyJob(init, lane),
  'count-rows': async (...given) =>
    (await import('../undo/count-rows-job.js')).countRowsJob(...given),
  query: async (...given) => (await import('../query/query-job.js')).queryJob(...given),
  create: async (...given) => (await import('../create/create-job.js')).createJob(...given),
  adopt: async (...given) => (await import('../adopt/adopt-job.js')).adoptJob(...given),
  'read-dump': async init => (await import('../restore/read-dump-job.js')).readDumpJob(init),
  restore: async (...given) => (await import('../restore/restore-job.js')).restoreJob(...given),
  migrate: async (...given) => (await import('../runs/migrate-job.js')).migrateJob(...given),
}

/** Makes the job that the spec names, in the thread or process that will run it. */
export async function createJob(
  { name, init }: JobSpec,
  lane: Lane,
  resources: JobResources = {},
): Promise<Job<unknown, unknown>> {
  const create = JOBS[name]
  if (create === undefined) throw new Error(`no job is named ${name}`)
  return (await create(init as never, lane, resources)) as Job<unknown, unknown>
}
