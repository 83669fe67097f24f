import { spawnSync } from 'node:child_process'

/** Runs the command `age`, which has to be installed: Debian and Homebrew have it under that name. */
export function age(args: readonly string[], input?: Uint8Array): Buffer {
  const { error, status, stdout, stderr } = spawnSync('age', args, {
    ...(input !== undefined && { input }),
    maxBuffer: 1 << 28,
  })
  if (error !== undefined) throw new Error(`this test needs the command age: ${error.message}`)
  if (status !== 0) throw new Error(`age ended with ${status}: ${stderr}`)
  return stdout
}
