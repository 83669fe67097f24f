import { doctor } from '../operations/doctor/doctor.js'
import type { DoctorOptions } from '../operations/doctor/doctor-options.js'
import { renderDoctor } from '../output/render-doctor.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    command.option('--quick-check', 'let SQLite look through each database for damage')
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const options = invocation.options as DoctorOptions
    const report = await watched(invocation, control => doctor({ ...options, ...control }))
    await invocation.reporter.answer(report, renderDoctor)
    if (report.interrupted) return ExitStatus.interrupted
    // As with `check`: a warning is there to be read, such as one that every sqld deserves.
    const isWell = report.findings.every(({ severity }) => severity !== 'error')
    return isWell ? ExitStatus.done : ExitStatus.found
  },
}
