import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineFacts } from '../../report/doctor-report.js'
import type { Lane } from '../../run/job.js'
import { runItems } from '../../run/run-items.js'
import { workerExecutor } from '../../run/worker-executor.js'
import type { EngineResult } from '../members/engine-job.js'
import { workerEntry } from '../members/worker-entry.js'
import { packageRoot } from '../package-root.js'
import type { Findings } from './findings.js'

/** Whether dbfleet can run here at all. */
export async function checkRuntime(findings: Findings): Promise<EngineFacts[]> {
  const text = await readFile(join(packageRoot(), 'package.json'), 'utf8')
  const { engines } = JSON.parse(text) as { engines: { node: string } }
  checkNode(process.versions.node, engines.node, findings)
  const facts = await engineFacts()
  checkEngines(facts, findings)
  return facts
}

/** @param range such as `>=20.19` */
export function checkNode(version: string, range: string, findings: Findings): void {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).map(Number)
  const [has, needs] = [numbers(version), numbers(range)]
  const at = needs.findIndex((part, index) => part !== (has[index] ?? 0))
  if (at === -1 || (has[at] ?? 0) > (needs[at] ?? 0)) return
  findings.add({
    code: 'node-too-old',
    severity: 'error',
    message: `this is Node ${version}, and dbfleet needs ${range}`,
    hint: 'Install a newer Node.',
  })
}

export function checkEngines(facts: readonly EngineFacts[], findings: Findings): void {
  const missing = facts.filter(({ sqlite }) => sqlite === null).map(({ name }) => name)
  const severity = missing.length === facts.length ? 'error' : 'warning'
  if (missing.includes('better-sqlite3')) {
    findings.add({
      code: 'engine-missing',
      severity,
      message:
        "better-sqlite3's native part does not load; libSQL takes its place where it does, and is slower",
      hint: 'Run `npm rebuild better-sqlite3`, and allow its install script.',
    })
  }
  if (missing.includes('libsql')) {
    findings.add({
      code: 'engine-missing',
      severity,
      message:
        "libSQL's native part does not load; encrypted databases and those with vectors need it",
      hint: 'Install again without leaving optional dependencies out, on a platform that libSQL supports.',
    })
  }
}

/** Each in a worker of its own: one that aborts when it is loaded must not end this process. */
async function engineFacts(): Promise<EngineFacts[]> {
  const lanes: [name: EngineFacts['name'], lane: Lane][] = [
    ['better-sqlite3', 'thread'],
    ['libsql', 'process'],
  ]
  const one = { concurrency: 1, recycleAfter: 1, batches: false }
  const versions = await runItems<EngineResult>(
    lanes.map(([, lane]) => ({ item: null, lane })),
    {
      lanes: { thread: one, process: one, remote: one },
      start: lane => workerExecutor(workerEntry(), { name: 'engine', init: undefined }, lane),
      crashed: () => undefined,
    },
  )
  return lanes.map(([name], index) => ({ name, sqlite: versions[index] ?? null }))
}
