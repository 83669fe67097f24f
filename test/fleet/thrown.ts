import { UsageError } from '../../src/errors/usage-error.js'

/** The usage error that the work ends in; anything else fails the test. */
export async function usageErrorOf(work: () => unknown): Promise<UsageError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('expected a UsageError')
}
