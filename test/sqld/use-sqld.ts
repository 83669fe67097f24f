import { afterAll, beforeAll, beforeEach } from 'vitest'
import { skipWithoutSqld, whyNoSqld } from './availability.js'
import { type Sqld, type SqldOptions, startSqld } from './start-sqld.js'

/**
 * Starts a server for the tests of a file, or of a `describe`, and returns a function that gives
 * it. Where sqld cannot run, the tests are skipped and say why.
 *
 * @param options a function is called where sqld can run, before it is started
 */
export function useSqld(
  options: SqldOptions | (() => SqldOptions | Promise<SqldOptions>) = {},
): () => Sqld {
  let server: Sqld | undefined
  let why: string | undefined
  beforeAll(async () => {
    why = whyNoSqld()
    if (why !== undefined) return
    server = await startSqld(typeof options === 'function' ? await options() : options)
  })
  beforeEach(context => skipWithoutSqld(context, why))
  afterAll(() => server?.[Symbol.asyncDispose]())
  return () => {
    if (server === undefined) throw new Error('sqld runs only while the tests of this file do')
    return server
  }
}
