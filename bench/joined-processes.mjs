// Migrates a fleet by so many processes with one thread each: one begins a run, the others join it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { bin } from './commands.mjs'

const POLL_MS = 20

function up(...args) {
  const command = [bin, 'up', '--all', '--jobs', '1', ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code, signal) => resolve(signal ?? code))
  })
}

/** The number of the run that goes on, when it has begun. */
async function begun() {
  const path = join(process.cwd(), '.dbfleet', 'control.db')
  for (;;) {
    const id = existsSync(path) ? newest(path) : null
    if (id !== null) return id
    await delay(POLL_MS)
  }
}

function newest(path) {
  const control = new Database(path, { readonly: true })
  try {
    return control.prepare("SELECT max(id) FROM runs WHERE state <> 'ended'").pluck().get()
  } catch {
    return null
  } finally {
    control.close()
  }
}

const processes = Number(process.argv[2])
const ends = [up()]
if (processes > 1) {
  const id = await begun()
  for (let i = 1; i < processes; i += 1) ends.push(up('--join', String(id)))
}
process.exitCode = (await Promise.all(ends)).every(end => end === 0) ? 0 : 1
