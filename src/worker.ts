import { createJob } from './operations/jobs.js'
import { serveWorker } from './run/serve-worker.js'

serveWorker(createJob)
