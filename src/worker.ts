import { createJob } from './operations/members/jobs.js'
import { serveWorker } from './run/serve-worker.js'

serveWorker(createJob)
