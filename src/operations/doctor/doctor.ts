import type { Config } from '../../config/config.js'
import { UsageError } from '../../errors/usage-error.js'
import type { DoctorReport } from '../../report/doctor-report.js'
import { version } from '../../version.js'
import { fleetConfig } from '../fleet-config.js'
import { checkFleet } from './check-fleet.js'
import { checkRuntime } from './check-runtime.js'
import { checkScratch } from './check-scratch.js'
import type { DoctorOptions } from './doctor-options.js'
import { findingOf } from './finding-of.js'
import { Findings } from './findings.js'

/**
 * Says what is wrong with a set-up and how to mend it; changes nothing. What other verbs throw, such
 * as a configuration that is not sound, is a finding here.
 *
 * @throws UsageError when the options contradict each other, or select what is not there
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const began = performance.now()
  const findings = new Findings()
  const engines = await checkRuntime(findings)
  await checkScratch(findings)
  const config = await configOf(options, findings)
  const { servers, total, failed, notRun } =
    config === undefined
      ? { servers: [], total: 0, failed: 0, notRun: 0 }
      : await checkFleet(config, options, findings)
  return {
    schema: 1,
    command: 'doctor',
    findings: findings.list(),
    version,
    node: process.versions.node,
    engines,
    servers,
    summary: { total, ok: total - failed - notRun, failed, skipped: 0, notRun },
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

async function configOf(options: DoctorOptions, findings: Findings): Promise<Config | undefined> {
  try {
    return await fleetConfig(options)
  } catch (error) {
    if (error instanceof UsageError && error.code === 'usage') throw error
    findings.add(findingOf(error))
    return undefined
  }
}
