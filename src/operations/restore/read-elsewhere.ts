import type { PlacedCommand } from '../../backup/dump-commands.js'
import type { ReadElsewhere } from '../../backup/dump-source.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Executor } from '../../run/executor.js'
import type { Lane } from '../../run/job.js'
import { workerExecutor } from '../../run/worker-executor.js'
import { workerEntry } from '../members/worker-entry.js'
import type { CommandBatch, ReadDumpInit } from './read-dump-job.js'

/**
 * Reads dumps in threads of their own: while one batch of commands is executed here, the next one is
 * read, unpacked and parsed there. No more than these two are in memory.
 *
 * @param lane that of the engine which executes them
 */
export function readElsewhere(lane: Lane): ReadElsewhere {
  return async function* (source, opened) {
    const init: ReadDumpInit = { source, values: lane === 'thread' }
    const executor = workerExecutor(workerEntry(), { name: 'read-dump', init }, 'thread')
    try {
      yield* batchesOf(executor, opened)
    } finally {
      executor.kill()
    }
  }
}

async function* batchesOf(
  executor: Executor,
  opened: ((fileKey: Uint8Array) => void) | undefined,
): AsyncGenerator<PlacedCommand> {
  let next = ask(executor)
  for (;;) {
    const { commands, fileKey, error, isLast } = await next
    if (!isLast) {
      next = ask(executor)
      // It is awaited later, or never, when a command fails here.
      next.catch(() => {})
    }
    if (fileKey !== undefined) opened?.(fileKey)
    yield* commands
    if (error !== undefined) throw new DbfleetError(error.code, error.message, error)
    if (isLast) return
  }
}

async function ask(executor: Executor): Promise<CommandBatch> {
  const [outcome] = await executor.run([null], { haltOnFailure: false })
  return (outcome as { result: CommandBatch }).result
}
