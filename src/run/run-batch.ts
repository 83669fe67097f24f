import type { Job, Outcome } from './job.js'

/**
 * Handles the items of one batch, giving each outcome to `emit` as it comes. Lets the event loop
 * turn between items, so that signals and messages are seen. Ends early behind a part of a result.
 */
export async function runBatch(
  job: Job<unknown, unknown>,
  items: readonly unknown[],
  { haltOnFailure }: { haltOnFailure: boolean },
  emit: (outcome: Outcome<unknown>) => void,
): Promise<void> {
  for (const item of items) {
    const outcome = await job.run(item)
    emit(outcome)
    if ('part' in outcome) return
    if (haltOnFailure && 'failed' in outcome && outcome.failed) return
  }
}
