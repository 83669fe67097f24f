import type { Selection } from '../fleet/selection.js'
import { renderList } from '../output/render-list.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { addSelector } from './flags.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  configure: addSelector,
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const report = await fleet.list(invocation.options as Selection)
    await invocation.reporter.answer(report, renderList)
    return ExitStatus.done
  },
}
