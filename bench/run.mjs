// Runs the benchmarks, all or those that are named, and prints what they found. Nothing is asserted:
// the exit status is 1 when one of them could not run, 2 when it was asked wrongly.
import { rmSync } from 'node:fs'
import { makeWorkspace } from './fleets.mjs'
import { describeMachine } from './machine.mjs'
import { parseOptions } from './options.mjs'

const BENCHMARKS = {
  up: () => import('./up.mjs'),
  nothing: () => import('./nothing.mjs'),
  create: () => import('./create.mjs'),
  memory: () => import('./memory.mjs'),
  servers: () => import('./servers.mjs'),
  startup: () => import('./startup.mjs'),
  tags: () => import('./tags.mjs'),
  dump: () => import('./dump.mjs'),
  restore: () => import('./restore.mjs'),
  backup: () => import('./backup.mjs'),
  check: () => import('./check.mjs'),
  scale: () => import('./scale.mjs'),
  joined: () => import('./joined.mjs'),
}

async function runBenchmark(name, options) {
  const workspace = makeWorkspace(options.dir)
  const remove = () => rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })
  const interrupted = () => {
    remove()
    process.exit(130)
  }
  process.on('SIGINT', interrupted)
  try {
    const { run } = await BENCHMARKS[name]()
    const tell = text => void process.stderr.write(`${name}: ${text}\n`)
    const { title, tables } = await run({ ...options, workspace, tell })
    process.stdout.write(`\n### ${title}\n\n${tables.join('\n')}`)
  } finally {
    process.off('SIGINT', interrupted)
    remove()
  }
}

try {
  const options = parseOptions(process.argv.slice(2), Object.keys(BENCHMARKS))
  const machine = describeMachine(options.dir)
  for (const name of options.names) {
    try {
      await runBenchmark(name, options)
    } catch (error) {
      process.exitCode = 1
      process.stderr.write(`${name} could not run: ${error.message}\n`)
    }
  }
  process.stdout.write(`\n${machine}\n`)
} catch (error) {
  process.exitCode = 2
  process.stderr.write(`${error.message}\n`)
}
