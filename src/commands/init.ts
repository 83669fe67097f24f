import { init as setUp } from '../operations/init.js'
import { renderInit } from '../output/render-init.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'

export const verb: VerbModule = {
  configure() {},
  async run({ reporter }) {
    const report = await setUp('.')
    await reporter.report(report, renderInit)
    return ExitStatus.done
  },
}
