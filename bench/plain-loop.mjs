// The baseline: better-sqlite3 in two worker threads and nothing around it. The list is split in
// two beforehand; nothing is checked, reported or resumed, and the first failure ends it.
//
//   node bench/plain-loop.mjs up <directory>     the three migrations and their ledger rows
//   node bench/plain-loop.mjs read <directory>   the ledger of each database
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { readMigrations } from './migration-files.mjs'

const THREADS = 2

const [work, directory] = process.argv.slice(2)
const paths = readdirSync(directory)
  .filter(file => file.endsWith('.db'))
  .map(file => join(directory, file))
const migrations = work === 'up' ? readMigrations() : []
const share = Math.ceil(paths.length / THREADS)

for (let i = 0; i < THREADS; i += 1) {
  const workerData = { work, migrations, paths: paths.slice(i * share, (i + 1) * share) }
  new Worker(new URL('./plain-loop-worker.mjs', import.meta.url), { workerData })
}
