import { createKeys, type KeysOptions } from '../operations/create-keys.js'
import { renderKeys } from '../output/render-keys.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'

export const verb: VerbModule = {
  configure(command) {
    command.option('--out <directory>', 'where to; the default is keys/ here')
  },
  async run({ options, reporter }) {
    const report = await createKeys(options as KeysOptions)
    await reporter.report(report, renderKeys)
    return ExitStatus.done
  },
}
