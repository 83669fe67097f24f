import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { makeWorkspace } from './fleets.mjs'
import { formatBytes, formatTime } from './report.mjs'
import { median } from './statistics.mjs'

const SYNCS = 50

/**
 * What the figures depend on, in a line. The load is that of the minute before, which is other
 * people's work when this is called first.
 *
 * @param {string} [dir] where the fleets will be made
 */
export function describeMachine(dir) {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'unknown'
  return [
    `${processors.length} × ${model}, ${formatBytes(totalmem())}`,
    `${process.platform} ${release()}, Node ${process.version}`,
    `an fsync takes ${formatTime(fsyncTime(dir))}`,
    `load at the start ${loadavg()[0].toFixed(1)}`,
  ].join('; ')
}

/** @returns {number} milliseconds to write a page and sync it, the median of some */
function fsyncTime(dir) {
  const workspace = makeWorkspace(dir)
  const file = openSync(join(workspace, 'page'), 'w')
  try {
    return median(Array.from({ length: SYNCS }, () => syncPage(file)))
  } finally {
    closeSync(file)
    rmSync(workspace, { recursive: true })
  }
}

function syncPage(file) {
  const began = performance.now()
  writeSync(file, new Uint8Array(4096))
  fsyncSync(file)
  return performance.now() - began
}
